using System.Runtime.CompilerServices;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Gemm;

/// <summary>
/// y = a * b in fp32. Every element is one chain of FMAs along K, so a row of the result depends on its row of a and on b alone: not on the other
/// rows, the packing of b, or the sharing out.
/// </summary>
/// <remarks>
/// The rows are turned into tiles once. A thread then takes a block of them through some groups of columns, a stretch of K at a time that stays in
/// the first-level cache; the chains wait in memory between two stretches, which rounds nothing. For more than a few rows, narrow elements are
/// widened once a stretch instead of once a tile.
/// </remarks>
internal static unsafe class DenseMatMul
{
    private const int RowBlock = 48;
    private const int DepthBlock = 256;

    /// <summary>Rows up to which narrow elements are widened in the registers of the kernel that uses them.</summary>
    private const int FewRows = 4;

    private const long MinimumChunkWork = 256 * 1024;

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

        int rowBlocks = (rows + RowBlock - 1) / RowBlock;
        Call call = new() { A = a, Rows = rows, B = b, Y = y, Tiles = Tiles(a, rows, b.Depth) };
        if (call.Tiles != a)
        {
            PackBody pack = new() { Call = call };
            pool.Run(rowBlocks, ref pack);
        }

        // Columns so many that there is work for every thread and enough of it in a chunk.
        long groupWork = Math.Max(1, (long)Math.Min(rows, RowBlock) * b.Depth * DenseTiles.Columns);
        int groups = (int)Math.Clamp(MinimumChunkWork / groupWork, 1, b.GroupCount);
        groups = rowBlocks >= 4 * pool.ThreadCount ? b.GroupCount : Math.Max(groups, (b.GroupCount + 8 * pool.ThreadCount - 1) / (8 * pool.ThreadCount));
        Body body = new() { Call = call, GroupsPerChunk = groups, ColumnChunks = (b.GroupCount + groups - 1) / groups };
        pool.Run(rowBlocks * body.ColumnChunks, ref body);
    }

    /// <summary>The same on the calling thread alone.</summary>
    public static void RunAlone(float* a, int rows, in DenseOperand b, float* y)
    {
        Call call = new() { A = a, Rows = rows, B = b, Y = y, Tiles = Tiles(a, rows, b.Depth) };
        for (int row = 0; row < rows; row += RowBlock)
        {
            call.Pack(row);
            call.Multiply(row, 0, b.GroupCount);
        }
    }

    /// <summary>Room for the rows as tiles; one row is a tile as it is.</summary>
    private static float* Tiles(float* a, int rows, int depth) =>
        rows == 1 ? a : Scratch.Get<float>(Scratch.Purpose.Activations, (long)depth * (rows + DenseTiles.MostRows));

    private struct Call
    {
        public float* A;
        public int Rows;
        public DenseOperand B;
        public float* Y;
        public float* Tiles;

        /// <summary>Turns a block of rows into tiles.</summary>
        public readonly void Pack(int firstRow)
        {
            if (Tiles != A)
            {
                DenseTiles.Pack(A + (long)firstRow * B.Depth, Math.Min(RowBlock, Rows - firstRow), B.Depth, Tiles + (long)firstRow * B.Depth);
            }
        }

        /// <summary>Multiplies a block of rows by groups of columns.</summary>
        public readonly void Multiply(int firstRow, int firstGroup, int endGroup)
        {
            switch (B.Element)
            {
                case DenseElement.Single:
                    Multiply<DenseSingle>(firstRow, firstGroup, endGroup);
                    break;
                case DenseElement.Half:
                    Multiply<DenseHalf>(firstRow, firstGroup, endGroup);
                    break;
                default:
                    Multiply<DenseBFloat16>(firstRow, firstGroup, endGroup);
                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply<TElement>(int firstRow, int firstGroup, int endGroup)
            where TElement : struct, IDenseElement
        {
            int rows = Math.Min(RowBlock, Rows - firstRow);
            float* tiles = Tiles + (long)firstRow * B.Depth;
            bool narrow = TElement.Size < sizeof(float) && rows > FewRows;
            int stretch = rows > DenseTiles.MostRows || narrow || !B.PaddedToGroups ? DepthBlock : B.Depth;
            float* sums = stackalloc float[(RowBlock + DenseTiles.MostRows) * DenseTiles.Columns];
            for (int group = firstGroup; group < endGroup; group++)
            {
                int column = group * DenseTiles.Columns;
                int width = Math.Min(DenseTiles.Columns, B.Columns - column);
                bool pad = width < DenseTiles.Columns && !B.PaddedToGroups;
                new Span<float>(sums, (rows + DenseTiles.MostRows) * DenseTiles.Columns).Clear();
                for (int k = 0; k < B.Depth; k += stretch)
                {
                    int depth = Math.Min(stretch, B.Depth - k);
                    byte* b = B.Data + group * B.GroupBytes + k * B.RowBytes;
                    if (narrow || pad)
                    {
                        float* panel = Scratch.Get<float>(Scratch.Purpose.Panel, DepthBlock * DenseTiles.Columns);
                        DenseTiles.Widen<TElement>(b, B.RowBytes, depth, pad ? width : DenseTiles.Columns, panel);
                        RunTiles<DenseSingle>((byte*)panel, DenseTiles.Columns * sizeof(float), depth, tiles, k, rows, sums);
                    }
                    else
                    {
                        RunTiles<TElement>(b, B.RowBytes, depth, tiles, k, rows, sums);
                    }
                }

                for (int row = 0; row < rows; row++)
                {
                    float* target = Y + (long)(firstRow + row) * B.Columns + column;
                    new ReadOnlySpan<float>(sums + row * DenseTiles.Columns, width).CopyTo(new Span<float>(target, width));
                }
            }
        }

        private readonly void RunTiles<TElement>(byte* b, nint rowBytes, int depth, float* tiles, int k, int rows, float* sums)
            where TElement : struct, IDenseElement
        {
            for (int row = 0; row < rows;)
            {
                int tileRows = DenseTiles.NextTile(rows - row);
                DenseTiles.Run<TElement>(tileRows, b, rowBytes, depth, tiles + (long)k * tileRows, sums + row * DenseTiles.Columns);
                tiles += (long)B.Depth * tileRows;
                row += tileRows;
            }
        }
    }

    private struct PackBody : IParallelBody
    {
        public Call Call;

        public readonly void Run(int chunk, int worker) => Call.Pack(chunk * RowBlock);
    }

    private struct Body : IParallelBody
    {
        public Call Call;
        public int GroupsPerChunk;
        public int ColumnChunks;

        public readonly void Run(int chunk, int worker)
        {
            int group = chunk % ColumnChunks * GroupsPerChunk;
            Call.Multiply(chunk / ColumnChunks * RowBlock, group, Math.Min(Call.B.GroupCount, group + GroupsPerChunk));
        }
    }
}
