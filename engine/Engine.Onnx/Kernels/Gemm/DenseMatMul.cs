using System.Runtime.CompilerServices;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Gemm;

/// <summary>
/// y = a * b in fp32. Every element is one chain of FMAs along K, so a row of the result depends on its row of a and on b alone: not on the other
/// rows, the packing of b, or the sharing out.
/// </summary>
internal static unsafe class DenseMatMul
{
    private const int RowBlock = 48;
    private const long MinimumChunkWork = 64 * 1024;

    /// <param name="pool">Threads to use.</param>
    /// <param name="a"><c>[rows, K]</c>.</param>
    /// <param name="rows">M.</param>
    /// <param name="b"><c>[K, N]</c>.</param>
    /// <param name="y">Receives <c>[rows, N]</c>.</param>
    public static void Run(WorkerPool pool, float* a, int rows, in DenseOperand b, float* y)
    {
        if (rows == 0 || b.Columns == 0)
        {
            return;
        }

        // Blocks of rows, and of columns so many that there is work for every thread and enough of it in a chunk.
        int blockRows = rows <= RowBlock ? rows : RowBlock;
        int rowBlocks = (rows + blockRows - 1) / blockRows;
        long groupWork = Math.Max(1, (long)blockRows * b.Depth * DenseTiles.Columns);
        int groups = (int)Math.Clamp(MinimumChunkWork * 4 / groupWork, 1, b.GroupCount);
        groups = rowBlocks >= 4 * pool.ThreadCount ? b.GroupCount : Math.Max(groups, (b.GroupCount + 8 * pool.ThreadCount - 1) / (8 * pool.ThreadCount));
        Body body = new() { A = a, Rows = rows, B = b, Y = y, BlockRows = blockRows, GroupsPerChunk = groups, ColumnChunks = (b.GroupCount + groups - 1) / groups };
        pool.Run(rowBlocks * body.ColumnChunks, ref body);
    }

    /// <summary>The same on the calling thread alone.</summary>
    public static void RunAlone(float* a, int rows, in DenseOperand b, float* y)
    {
        for (int row = 0; row < rows; row += RowBlock)
        {
            Multiply(a, row, Math.Min(RowBlock, rows - row), b, 0, b.GroupCount, y);
        }
    }

    private static void Multiply(float* a, int firstRow, int rows, in DenseOperand b, int firstGroup, int endGroup, float* y)
    {
        switch (b.Element)
        {
            case DenseElement.Single:
                Multiply<SingleElement>(a, firstRow, rows, b, firstGroup, endGroup, y);
                break;
            case DenseElement.Half:
                Multiply<HalfElement>(a, firstRow, rows, b, firstGroup, endGroup, y);
                break;
            default:
                Multiply<BFloat16Element>(a, firstRow, rows, b, firstGroup, endGroup, y);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TElement>(float* a, int firstRow, int rows, in DenseOperand b, int firstGroup, int endGroup, float* y)
        where TElement : struct, IStoredElement
    {
        int depth = b.Depth;
        float* packed = Scratch.Get<float>(Scratch.Purpose.Activations, (long)depth * (rows + 6));
        Pack(a + (long)firstRow * depth, rows, depth, packed);
        float* sums = stackalloc float[6 * DenseTiles.Columns];
        for (int group = firstGroup; group < endGroup; group++)
        {
            byte* columns = b.Data + group * b.GroupBytes;
            nint rowBytes = b.RowBytes;
            int column = group * DenseTiles.Columns;
            int width = Math.Min(DenseTiles.Columns, b.Columns - column);
            if (width < DenseTiles.Columns && !b.PaddedToGroups)
            {
                columns = PadColumns<TElement>(columns, rowBytes, depth, width);
                rowBytes = DenseTiles.Columns * TElement.Size;
            }

            float* tile = packed;
            for (int row = 0; row < rows;)
            {
                int tileRows = DenseTiles.NextTile(rows - row);
                DenseTiles.Run<TElement>(tileRows, columns, rowBytes, depth, tile, sums);
                tile += (long)depth * tileRows;
                for (int i = 0; i < Math.Min(tileRows, rows - row); i++)
                {
                    float* target = y + (long)(firstRow + row + i) * b.Columns + column;
                    new ReadOnlySpan<float>(sums + i * DenseTiles.Columns, width).CopyTo(new Span<float>(target, width));
                }

                row += tileRows;
            }
        }
    }

    private static void Pack(float* a, int rows, int depth, float* packed)
    {
        for (int row = 0; row < rows;)
        {
            int tileRows = DenseTiles.NextTile(rows - row);
            for (int i = 0; i < tileRows; i++)
            {
                float* source = a + (long)(row + i) * depth;
                bool exists = row + i < rows;
                for (int k = 0; k < depth; k++)
                {
                    packed[(long)k * tileRows + i] = exists ? source[k] : 0;
                }
            }

            packed += (long)depth * tileRows;
            row += tileRows;
        }
    }

    private static byte* PadColumns<TElement>(byte* columns, nint rowBytes, int depth, int width)
        where TElement : struct, IStoredElement
    {
        int groupBytes = DenseTiles.Columns * TElement.Size;
        byte* padded = Scratch.Get<byte>(Scratch.Purpose.Panel, (long)depth * groupBytes);
        for (int k = 0; k < depth; k++)
        {
            Span<byte> target = new(padded + (long)k * groupBytes, groupBytes);
            target.Clear();
            new ReadOnlySpan<byte>(columns + k * rowBytes, width * TElement.Size).CopyTo(target);
        }

        return padded;
    }

    private struct Body : IParallelBody
    {
        public float* A;
        public int Rows;
        public DenseOperand B;
        public float* Y;
        public int BlockRows;
        public int GroupsPerChunk;
        public int ColumnChunks;

        public readonly void Run(int chunk, int worker)
        {
            int row = chunk / ColumnChunks * BlockRows;
            int group = chunk % ColumnChunks * GroupsPerChunk;
            Multiply(A, row, Math.Min(BlockRows, Rows - row), B, group, Math.Min(B.GroupCount, group + GroupsPerChunk), Y);
        }
    }
}
