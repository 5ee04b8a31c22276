using BenchmarkDotNet.Attributes;
using Engine.Onnx.Kernels;

namespace Engine.Benchmarks.Kernels;

/// <summary>Kernels that go once along a row.</summary>
public unsafe class RowBenchmarks
{
    private AlignedMemory _x = null!;
    private AlignedMemory _y = null!;

    /// <summary>Hidden size, feed-forward size and vocabulary of the default model.</summary>
    [Params(576, 1536, 49152)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = new AlignedMemory((long)Length * sizeof(float));
        _y = new AlignedMemory((long)Length * sizeof(float));
        Random random = new(1);
        foreach (ref float value in new Span<float>(_x.Pointer, Length))
        {
            value = random.NextSingle() * 8 - 4;
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _x.Dispose();
        _y.Dispose();
    }

    [Benchmark]
    public void RmsNormalize() => RmsNorm.Run((float*)_x.Pointer, (float*)_x.Pointer, 1e-5f, Length, (float*)_y.Pointer);

    [Benchmark]
    public void SoftmaxRow() => Softmax.Run((float*)_x.Pointer, Length, (float*)_y.Pointer);

    [Benchmark]
    public void SiluMultiply() => Elementwise.SiluMultiply((float*)_x.Pointer, (float*)_x.Pointer, Length, (float*)_y.Pointer);

    [Benchmark]
    public void Exp() => Elementwise.Exp((float*)_x.Pointer, Length, (float*)_y.Pointer);

    [Benchmark]
    public int ArgMaxRow() => ArgMax.Run(new ReadOnlySpan<float>(_x.Pointer, Length));
}
