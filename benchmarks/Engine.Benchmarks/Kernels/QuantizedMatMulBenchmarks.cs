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
    private const long ColdBytes = 96L << 20;

    private BlockQuantizedMatrix[] _weights = [];
    private WorkerPool _pool = null!;
    private AlignedMemory _x = null!;
    private AlignedMemory _y = null!;
    private int _next;

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
        Random random = new(1);
        new Span<float>(_x.Pointer, Rows * k).Fill(0.5f);
        int blocks = k / 32;
        byte[] fields = new byte[(long)n * k * bits / 8];
        float[] scales = [.. Enumerable.Range(0, n * blocks).Select(_ => (float)(Half)(random.NextSingle() * 0.01f + 0.001f))];
        float[] zeroPoints = [.. scales.Select(scale => (float)(Half)(random.NextSingle() * 0.08f) / scale)];
        random.NextBytes(fields);
        _weights = new BlockQuantizedMatrix[Math.Max(1, ColdBytes / fields.LongLength)];
        fixed (byte* field = fields)
        fixed (float* scale = scales, zeroPoint = zeroPoints)
        {
            for (int i = 0; i < _weights.Length; i++)
            {
                _weights[i] = BlockQuantizedMatrix.Pack(
                    new BlockQuantizedSource { Rows = n, Columns = k, Bits = bits, BlockSize = 32, Fields = field, Scales = scale, FloatZeroPoints = bits == 4 ? zeroPoint : null },
                    _pool);
            }
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (BlockQuantizedMatrix matrix in _weights)
        {
            matrix.Dispose();
        }

        _x.Dispose();
        _y.Dispose();
        _pool.Dispose();
    }

    /// <summary>Activations stay float, as the default model asks.</summary>
    [Benchmark(Baseline = true)]
    public void FloatActivations() => QuantizedMatMul.Run(_pool, Next(), (float*)_x.Pointer, Rows, null, (float*)_y.Pointer);

    /// <summary>Accuracy level 4.</summary>
    [Benchmark]
    public void Int8Activations() => QuantizedMatMul.RunInt8(_pool, Next(), (float*)_x.Pointer, Rows, null, (float*)_y.Pointer);

    private BlockQuantizedMatrix Next() => _weights[_next = (_next + 1) % _weights.Length];
}
