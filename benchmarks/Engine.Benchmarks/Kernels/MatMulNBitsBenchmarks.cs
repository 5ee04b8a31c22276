using System.Globalization;
using BenchmarkDotNet.Attributes;
using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Threading;

namespace Engine.Benchmarks.Kernels;

/// <summary>MatMulNBits as models of 0.5 and 1 billion weights have it: 4 bits, symmetric, weights cold. Operations per second = 2 * rows * N * K / time.</summary>
public unsafe class MatMulNBitsBenchmarks
{
    private ColdWeights _weights = null!;
    private WorkerPool _pool = null!;
    private AlignedMemory _x = null!;
    private AlignedMemory _y = null!;

    /// <summary>Output rows and columns of the weights.</summary>
    [Params("896x896", "4864x896", "896x4864", "2048x2048", "8192x2048")]
    public string Shape { get; set; } = "";

    /// <summary>Rows of activations.</summary>
    [Params(1, 4, 8, 16, 128, 512)]
    public int Rows { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] sizes = [.. Shape.Split('x').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        _pool = new WorkerPool(Threads);
        _weights = new ColdWeights(_pool, sizes[0], sizes[1], 4, withZeroPoints: false);
        _x = new AlignedMemory((long)Rows * sizes[1] * sizeof(float));
        _y = new AlignedMemory((long)Rows * sizes[0] * sizeof(float));
        Random random = new(2);
        foreach (ref float value in new Span<float>(_x.Pointer, Rows * sizes[1]))
        {
            value = random.NextSingle() - 0.5f;
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _weights.Dispose();
        _x.Dispose();
        _y.Dispose();
        _pool.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void AccuracyLevel0() => QuantizedMatMul.Run(_pool, _weights.Next(), (float*)_x.Pointer, Rows, null, (float*)_y.Pointer);

    [Benchmark]
    public void AccuracyLevel4() => QuantizedMatMul.RunInt8(_pool, _weights.Next(), (float*)_x.Pointer, Rows, null, (float*)_y.Pointer);
}
