using BenchmarkDotNet.Attributes;
using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Threading;

namespace Engine.Benchmarks.Kernels;

/// <summary>
/// The matrix products of the default model, weights cold: as many copies as push each other out of the caches are used in turn, as the layers
/// of a model are. Bytes per second of weights = 576 * N * (5 or 8.5 bits) / time.
/// </summary>
[MemoryDiagnoser]
public unsafe class QuantizedMatMulBenchmarks
{
    private ColdWeights _weights = null!;
    private WorkerPool _pool = null!;
    private AlignedMemory _x = null!;
    private AlignedMemory _y = null!;

    /// <summary>Output rows and columns of the weights, and bits.</summary>
    [Params("960x576x4", "576x576x4", "1536x576x4", "576x1536x4", "49152x576x8")]
    public string Shape { get; set; } = "";

    /// <summary>Rows of activations.</summary>
    [Params(1, 4, 96)]
    public int Rows { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] sizes = [.. Shape.Split('x').Select(size => int.Parse(size, System.Globalization.CultureInfo.InvariantCulture))];
        (int n, int k, int bits) = (sizes[0], sizes[1], sizes[2]);
        _pool = new WorkerPool(Threads);
        _x = new AlignedMemory((long)Rows * k * sizeof(float));
        _y = new AlignedMemory((long)Rows * n * sizeof(float));
        new Span<float>(_x.Pointer, Rows * k).Fill(0.5f);
        _weights = new ColdWeights(_pool, n, k, bits, withZeroPoints: bits == 4);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _weights.Dispose();
        _x.Dispose();
        _y.Dispose();
        _pool.Dispose();
    }

    /// <summary>Activations stay float, as the default model asks.</summary>
    [Benchmark(Baseline = true)]
    public void FloatActivations() => QuantizedMatMul.Run(_pool, _weights.Next(), (float*)_x.Pointer, Rows, null, (float*)_y.Pointer);

    /// <summary>Accuracy level 4.</summary>
    [Benchmark]
    public void Int8Activations() => QuantizedMatMul.RunInt8(_pool, _weights.Next(), (float*)_x.Pointer, Rows, null, (float*)_y.Pointer);
}
