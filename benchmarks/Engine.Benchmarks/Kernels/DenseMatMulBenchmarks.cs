using BenchmarkDotNet.Attributes;
using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Gemm;
using Engine.Onnx.Threading;

namespace Engine.Benchmarks.Kernels;

/// <summary>
/// Products with matrices that are not quantised, weights cold as in <see cref="QuantizedMatMulBenchmarks"/>. Arithmetic per second = 2 * rows * N * K / time;
/// one row is bound by memory: bytes per second = N * K * (4 or 2) / time.
/// </summary>
public unsafe class DenseMatMulBenchmarks
{
    private const long ColdBytes = 96L << 20;

    private DenseMatrix[] _weights = [];
    private WorkerPool _pool = null!;
    private AlignedMemory _x = null!;
    private AlignedMemory _y = null!;
    private int _next;

    /// <summary>Columns and depth of the weights.</summary>
    [Params("896x896", "4864x896", "2048x2048")]
    public string Shape { get; set; } = "";

    [Params("Single", "Half", "BFloat16")]
    public string Element { get; set; } = "";

    /// <summary>Rows of the left matrix.</summary>
    [Params(1, 8, 128)]
    public int Rows { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] sizes = [.. Shape.Split('x').Select(size => int.Parse(size, System.Globalization.CultureInfo.InvariantCulture))];
        (int n, int k) = (sizes[0], sizes[1]);
        DenseElement element = Enum.Parse<DenseElement>(Element);
        _pool = new WorkerPool(Threads);
        _x = new AlignedMemory((long)Rows * k * sizeof(float));
        _y = new AlignedMemory((long)Rows * n * sizeof(float));
        new Span<float>(_x.Pointer, Rows * k).Fill(0.5f);
        Random random = new(1);
        int elementSize = element == DenseElement.Single ? sizeof(float) : sizeof(ushort);
        byte[] elements = new byte[(long)n * k * elementSize];
        for (long i = 0; i < (long)n * k; i++)
        {
            float value = random.NextSingle() - 0.5f;
            ReadOnlySpan<byte> bits = element switch
            {
                DenseElement.Single => BitConverter.GetBytes(value),
                DenseElement.Half => BitConverter.GetBytes((Half)value),
                _ => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)),
            };
            bits.CopyTo(elements.AsSpan((int)(i * elementSize)));
        }

        _weights = new DenseMatrix[Math.Max(1, ColdBytes / elements.LongLength)];
        fixed (byte* source = elements)
        {
            for (int i = 0; i < _weights.Length; i++)
            {
                _weights[i] = DenseMatrix.Pack(source, element, k, n, transposed: false, _pool);
            }
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (DenseMatrix matrix in _weights)
        {
            matrix.Dispose();
        }

        _x.Dispose();
        _y.Dispose();
        _pool.Dispose();
    }

    [Benchmark]
    public void Multiply()
    {
        _next = (_next + 1) % _weights.Length;
        DenseMatMul.Run(_pool, (float*)_x.Pointer, Rows, _weights[_next].Operand, (float*)_y.Pointer);
    }
}
