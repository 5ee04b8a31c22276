using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Gemm;

/// <summary>How the elements of a <see cref="DenseMatrix"/> are kept.</summary>
internal enum DenseElement
{
    Single,
    Half,
    BFloat16,
}

/// <summary>A matrix [K, N] in groups of sixteen columns, each one contiguous stream <c>[K, 16]</c>. Narrow elements stay narrow, arranged as their <see cref="IDenseElement"/> reads them.</summary>
internal sealed unsafe class DenseMatrix : IDisposable
{
    private readonly WeightMemory _memory;

    private DenseMatrix(int depth, int columns, DenseElement element)
    {
        Depth = depth;
        Columns = columns;
        Element = element;
        _memory = new WeightMemory((long)GroupCount * depth * DenseTiles.Columns * ElementSize);
    }

    /// <summary>Rows, K.</summary>
    public int Depth { get; }

    /// <summary>Columns, N.</summary>
    public int Columns { get; }

    public DenseElement Element { get; }

    public long ByteCount => _memory.ByteCount;

    public DenseOperand Operand => new()
    {
        Element = Element,
        Depth = Depth,
        Columns = Columns,
        Data = _memory.Pointer,
        RowBytes = DenseTiles.Columns * ElementSize,
        GroupBytes = (nint)Depth * DenseTiles.Columns * ElementSize,
        PaddedToGroups = true,
    };

    private int ElementSize => Element == DenseElement.Single ? sizeof(float) : sizeof(ushort);

    private int GroupCount => (Columns + DenseTiles.Columns - 1) / DenseTiles.Columns;

    /// <summary>Packs a matrix.</summary>
    /// <param name="source">Its elements: <c>[K, N]</c>, or <c>[N, K]</c> when <paramref name="transposed"/>.</param>
    /// <param name="element">Their type. fp16 with infinities or NaN becomes fp32.</param>
    /// <param name="depth">K.</param>
    /// <param name="columns">N.</param>
    /// <param name="transposed">Whether rows of the source are columns of the matrix.</param>
    /// <param name="pool">Threads to use.</param>
    public static DenseMatrix Pack(byte* source, DenseElement element, int depth, int columns, bool transposed, WorkerPool pool)
    {
        bool widen = element == DenseElement.Half && !AllFinite((ushort*)source, (long)depth * columns);
        DenseMatrix matrix = new(depth, columns, widen ? DenseElement.Single : element);
        PackBody body = new()
        {
            Source = source,
            Target = matrix._memory.Pointer,
            Depth = depth,
            Columns = columns,
            RowStep = transposed ? 1 : columns,
            ColumnStep = transposed ? depth : 1,
            ElementSize = matrix.ElementSize,
            Widen = widen,
        };
        pool.Run(matrix.GroupCount, ref body);
        return matrix;
    }

    public void Dispose() => _memory.Dispose();

    private static bool AllFinite(ushort* halves, long count)
    {
        bool finite = true;
        for (long i = 0; i < count; i++)
        {
            finite &= (halves[i] & 0x7C00) != 0x7C00;
        }

        return finite;
    }

    private struct PackBody : IParallelBody
    {
        public byte* Source;
        public byte* Target;
        public int Depth;
        public int Columns;
        public long RowStep;
        public long ColumnStep;
        public int ElementSize;
        public bool Widen;

        public readonly void Run(int chunk, int worker)
        {
            long first = (long)chunk * Depth * DenseTiles.Columns;
            int width = Math.Min(DenseTiles.Columns, Columns - chunk * DenseTiles.Columns);
            for (int k = 0; k < Depth; k++)
            {
                for (int column = 0; column < DenseTiles.Columns; column++)
                {
                    long target = first + k * DenseTiles.Columns + column;
                    long source = k * RowStep + (chunk * DenseTiles.Columns + column) * ColumnStep;
                    bool exists = column < width;
                    if (Widen)
                    {
                        ((float*)Target)[target] = exists ? (float)((Half*)Source)[source] : 0;
                    }
                    else if (ElementSize == sizeof(float))
                    {
                        ((float*)Target)[target] = exists ? ((float*)Source)[source] : 0;
                    }
                    else
                    {
                        target = first + k * DenseTiles.Columns + column % 8 * 2 + column / 8;
                        ((ushort*)Target)[target] = exists ? ((ushort*)Source)[source] : (ushort)0;
                    }
                }
            }
        }
    }
}
