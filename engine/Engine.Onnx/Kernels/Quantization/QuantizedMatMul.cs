using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Activations <c>[rows, K]</c> times block-quantised weights <c>[N, K]</c>, transposed, plus a bias. A row of the result depends on its own
/// row of activations alone: not on the other rows, nor on how rows and columns are shared out over threads.
/// </summary>
internal static unsafe class QuantizedMatMul
{
    /// <summary>Least weights worth handing to a thread.</summary>
    private const long MinimumChunkBytes = 48 * 1024;

    /// <summary>Weights that one thread takes at a time from a large matrix: a contiguous stream, long against its beginning and end.</summary>
    private const long ChunkBytes = 256 * 1024;

    /// <summary>Rows of activations that stay in a core's second-level cache while the weights stream by.</summary>
    private const int RowBlock = 48;

    /// <summary>Most rows that a tile has.</summary>
    private const int MaximumTileRows = 64;

    /// <summary>Activations stay float: accuracy levels 0 to 3.</summary>
    /// <param name="pool">Threads to use.</param>
    /// <param name="weights">The weights, N rows of K columns.</param>
    /// <param name="x">Activations, <paramref name="rows"/> rows of K values.</param>
    /// <param name="rows">Activation rows, M.</param>
    /// <param name="bias">N values, or null.</param>
    /// <param name="y">Receives <c>[rows, N]</c>.</param>
    public static void Run(WorkerPool pool, BlockQuantizedMatrix weights, float* x, int rows, float* bias, float* y)
    {
        Call call = new() { Weights = weights, X = x, Rows = rows, Bias = bias, Y = y };
        switch (weights.Bits)
        {
            case 2:
                Run<FloatTileSet<TwoBits>>(pool, call);
                break;
            case 4:
                Run<FloatTileSet<FourBits>>(pool, call);
                break;
            default:
                Run<FloatTileSet<EightBits>>(pool, call);
                break;
        }
    }

    /// <summary>Activations are rounded to 8 bits, a scale per row and block: accuracy level 4.</summary>
    /// <inheritdoc cref="Run"/>
    public static void RunInt8(WorkerPool pool, BlockQuantizedMatrix weights, float* x, int rows, float* bias, float* y) =>
        Int8Kernel.Best.Run(pool, new Call { Weights = weights, X = x, Rows = rows, Bias = bias, Y = y });

    internal static void Run<TTiles>(WorkerPool pool, in Call call)
        where TTiles : struct, ITileSet
    {
        if (call.Rows >= 2 * RowBlock || (call.Rows >= 24 * pool.ThreadCount && pool.ThreadCount > 1))
        {
            // Many rows: a thread takes a block of rows through all weights.
            int blockRows = Math.Clamp((call.Rows + 2 * pool.ThreadCount - 1) / (2 * pool.ThreadCount), 12, RowBlock);
            blockRows = (blockRows + 3) / 4 * 4;
            RowsBody<TTiles> rows = new() { Call = call, BlockRows = blockRows };
            pool.Run((call.Rows + blockRows - 1) / blockRows, ref rows);
            return;
        }

        // Few rows: all threads share the packed rows, and each takes groups of output columns.
        BlockQuantizedMatrix weights = call.Weights;
        void* packed = Scratch.Get<byte>(Scratch.Purpose.Activations, PackedBytes<TTiles>(weights.Layout, call.Rows));
        Pack<TTiles>(call, 0, call.Rows, (byte*)packed);
        long chunkBytes = Math.Clamp(weights.GroupCount * weights.GroupBytes / (2 * pool.ThreadCount), MinimumChunkBytes, ChunkBytes);
        int groupsPerChunk = (int)Math.Max(1, chunkBytes / weights.GroupBytes);
        ColumnsBody<TTiles> columns = new() { Call = call, Packed = (byte*)packed, GroupsPerChunk = groupsPerChunk };
        pool.Run((weights.GroupCount + groupsPerChunk - 1) / groupsPerChunk, ref columns);
    }

    private static long PackedBytes<TTiles>(in BlockLayout layout, int rows)
        where TTiles : struct, ITileSet
    {
        long bytes = 0;
        for (int row = 0; row < rows;)
        {
            int tileRows = TTiles.NextTile(rows - row);
            bytes += TTiles.TileBytes(layout, tileRows);
            row += tileRows;
        }

        return bytes;
    }

    private static void Pack<TTiles>(in Call call, int firstRow, int rows, byte* packed)
        where TTiles : struct, ITileSet
    {
        BlockLayout layout = call.Weights.Layout;
        for (int row = 0; row < rows;)
        {
            int tileRows = TTiles.NextTile(rows - row);
            float* source = call.X + (long)(firstRow + row) * call.Weights.Columns;
            TTiles.Pack(source, Math.Min(tileRows, rows - row), call.Weights.Columns, layout, packed, tileRows);
            packed += TTiles.TileBytes(layout, tileRows);
            row += tileRows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TTiles>(in Call call, int firstRow, int rows, byte* packed, int firstGroup, int lastGroup)
        where TTiles : struct, ITileSet
    {
        float* sums = stackalloc float[MaximumTileRows * BlockQuantizedMatrix.GroupRows];
        BlockLayout layout = call.Weights.Layout;
        int n = call.Weights.Rows;
        byte* workspace = call.Weights.Workspace();
        for (int group = firstGroup; group < lastGroup; group++)
        {
            byte* words = call.Weights.Group(group, workspace);
            byte* tile = packed;
            int column = group * BlockQuantizedMatrix.GroupRows;
            int width = Math.Min(BlockQuantizedMatrix.GroupRows, n - column);
            for (int row = 0; row < rows;)
            {
                int tileRows = TTiles.NextTile(rows - row);
                float* target = call.Y + (long)(firstRow + row) * n + column;
                bool direct = tileRows == 1 && width == BlockQuantizedMatrix.GroupRows;
                TTiles.Run(words, layout, tile, tileRows, direct ? target : sums);
                tile += TTiles.TileBytes(layout, tileRows);
                for (int i = 0; i < Math.Min(tileRows, rows - row); i++)
                {
                    Finish(direct ? target : sums + i * BlockQuantizedMatrix.GroupRows, call.Bias is null ? null : call.Bias + column, width, target + (long)i * n);
                }

                row += tileRows;
            }
        }
    }

    /// <summary>Brings the sums of one row to their place and adds the bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(float* sums, float* bias, int width, float* target)
    {
        if (width < BlockQuantizedMatrix.GroupRows || bias is not null)
        {
            for (int i = 0; i < width; i++)
            {
                target[i] = bias is null ? sums[i] : sums[i] + bias[i];
            }
        }
        else if (sums != target)
        {
            Vector256.Load(sums).Store(target);
            Vector256.Load(sums + 8).Store(target + 8);
        }
    }

    /// <summary>The operands of a product.</summary>
    internal struct Call
    {
        public BlockQuantizedMatrix Weights;
        public float* X;
        public int Rows;
        public float* Bias;
        public float* Y;
    }

    private struct RowsBody<TTiles> : IParallelBody
        where TTiles : struct, ITileSet
    {
        public Call Call;
        public int BlockRows;

        public readonly void Run(int chunk, int worker)
        {
            int firstRow = chunk * BlockRows;
            int rows = Math.Min(BlockRows, Call.Rows - firstRow);
            byte* packed = Scratch.Get<byte>(Scratch.Purpose.Activations, PackedBytes<TTiles>(Call.Weights.Layout, rows));
            Pack<TTiles>(Call, firstRow, rows, packed);
            Multiply<TTiles>(Call, firstRow, rows, packed, 0, Call.Weights.GroupCount);
        }
    }

    private struct ColumnsBody<TTiles> : IParallelBody
        where TTiles : struct, ITileSet
    {
        public Call Call;
        public byte* Packed;
        public int GroupsPerChunk;

        public readonly void Run(int chunk, int worker)
        {
            int first = chunk * GroupsPerChunk;
            Multiply<TTiles>(Call, 0, Call.Rows, Packed, first, Math.Min(Call.Weights.GroupCount, first + GroupsPerChunk));
        }
    }
}
