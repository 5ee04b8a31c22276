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
        QuantizedProduct product = new(weights, bias, y);
        Run(pool, new ReadOnlySpan<QuantizedProduct>(in product), x, rows);
    }

    /// <summary>Several products of the same activations: weights of equally many bits and columns.</summary>
    /// <param name="pool">Threads to use.</param>
    /// <param name="products">The weights and where their results go.</param>
    /// <param name="x">Activations, <paramref name="rows"/> rows of K values.</param>
    /// <param name="rows">Activation rows, M.</param>
    public static void Run(WorkerPool pool, ReadOnlySpan<QuantizedProduct> products, float* x, int rows)
    {
        Call call = new() { Products = products, X = x, Rows = rows };
        switch (products[0].Weights.Bits)
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
    /// <inheritdoc cref="Run(WorkerPool, BlockQuantizedMatrix, float*, int, float*, float*)"/>
    public static void RunInt8(WorkerPool pool, BlockQuantizedMatrix weights, float* x, int rows, float* bias, float* y)
    {
        QuantizedProduct product = new(weights, bias, y);
        RunInt8(pool, new ReadOnlySpan<QuantizedProduct>(in product), x, rows);
    }

    /// <summary>Activations are rounded to 8 bits, a scale per row and block: accuracy level 4.</summary>
    /// <inheritdoc cref="Run(WorkerPool, ReadOnlySpan{QuantizedProduct}, float*, int)"/>
    public static void RunInt8(WorkerPool pool, ReadOnlySpan<QuantizedProduct> products, float* x, int rows) =>
        Int8Kernel.Best.Run(pool, new Call { Products = products, X = x, Rows = rows });

    internal static void Run<TTiles>(WorkerPool pool, in Call call)
        where TTiles : struct, ITileSet
    {
        for (int first = 0; first < call.Products.Length;)
        {
            ReadOnlySpan<QuantizedProduct> alike = LikeTheFirst(call.Products[first..]);
            RunAlike<TTiles>(pool, call with { Products = alike });
            first += alike.Length;
        }
    }

    private static ReadOnlySpan<QuantizedProduct> LikeTheFirst(ReadOnlySpan<QuantizedProduct> products)
    {
        int count = 1;
        while (count < products.Length && products[0].Weights.Layout.ReadsSameActivations(products[count].Weights.Layout))
        {
            count++;
        }

        return products[..count];
    }

    private static void RunAlike<TTiles>(WorkerPool pool, in Call call)
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
        byte* packed = Scratch.Get<byte>(Scratch.Purpose.Activations, PackedBytes<TTiles>(call.Layout, call.Rows));
        Pack<TTiles>(call, 0, call.Rows, packed);
        long bytes = 0;
        foreach (ref readonly QuantizedProduct product in call.Products)
        {
            bytes += product.Weights.GroupCount * product.Weights.GroupBytes;
        }

        long chunkBytes = Math.Clamp(bytes / (2 * pool.ThreadCount), MinimumChunkBytes, ChunkBytes);
        ColumnsBody<TTiles> columns = new() { Call = call, Packed = packed, GroupsPerChunk = (int)Math.Max(1, chunkBytes / call.Products[0].Weights.GroupBytes) };
        int chunks = 0;
        foreach (ref readonly QuantizedProduct product in call.Products)
        {
            chunks += columns.ChunksOf(product);
        }

        pool.Run(chunks, ref columns);
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
        BlockLayout layout = call.Layout;
        int columns = call.Products[0].Weights.Columns;
        for (int row = 0; row < rows;)
        {
            int tileRows = TTiles.NextTile(rows - row);
            float* source = call.X + (long)(firstRow + row) * columns;
            TTiles.Pack(source, Math.Min(tileRows, rows - row), columns, layout, packed, tileRows);
            packed += TTiles.TileBytes(layout, tileRows);
            row += tileRows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<TTiles>(in QuantizedProduct product, int firstRow, int rows, byte* packed, int firstGroup, int lastGroup)
        where TTiles : struct, ITileSet
    {
        float* sums = stackalloc float[MaximumTileRows * BlockQuantizedMatrix.GroupRows];
        BlockLayout layout = product.Weights.Layout;
        int n = product.Weights.Rows;
        byte* workspace = product.Weights.Workspace();
        for (int group = firstGroup; group < lastGroup; group++)
        {
            byte* words = product.Weights.Group(group, workspace);
            byte* tile = packed;
            int column = group * BlockQuantizedMatrix.GroupRows;
            int width = Math.Min(BlockQuantizedMatrix.GroupRows, n - column);
            for (int row = 0; row < rows;)
            {
                int tileRows = TTiles.NextTile(rows - row);
                float* target = product.Result + (long)(firstRow + row) * n + column;
                bool direct = tileRows == 1 && width == BlockQuantizedMatrix.GroupRows;
                TTiles.Run(words, layout, tile, tileRows, direct ? target : sums);
                tile += TTiles.TileBytes(layout, tileRows);
                for (int i = 0; i < Math.Min(tileRows, rows - row); i++)
                {
                    Finish(direct ? target : sums + i * BlockQuantizedMatrix.GroupRows, product.Bias is null ? null : product.Bias + column, width, target + (long)i * n);
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

    /// <summary>Activations and what they are multiplied by.</summary>
    internal ref struct Call
    {
        public ReadOnlySpan<QuantizedProduct> Products;
        public float* X;
        public int Rows;

        /// <summary>Of the first product; the others read activations that are packed in the same way.</summary>
        public readonly BlockLayout Layout => Products[0].Weights.Layout;
    }

    private ref struct RowsBody<TTiles> : IParallelBody
        where TTiles : struct, ITileSet
    {
        public Call Call;
        public int BlockRows;

        public readonly void Run(int chunk, int worker)
        {
            int firstRow = chunk * BlockRows;
            int rows = Math.Min(BlockRows, Call.Rows - firstRow);
            byte* packed = Scratch.Get<byte>(Scratch.Purpose.Activations, PackedBytes<TTiles>(Call.Layout, rows));
            Pack<TTiles>(Call, firstRow, rows, packed);
            foreach (ref readonly QuantizedProduct product in Call.Products)
            {
                Multiply<TTiles>(product, firstRow, rows, packed, 0, product.Weights.GroupCount);
            }
        }
    }

    private ref struct ColumnsBody<TTiles> : IParallelBody
        where TTiles : struct, ITileSet
    {
        public Call Call;
        public byte* Packed;
        public int GroupsPerChunk;

        public readonly int ChunksOf(in QuantizedProduct product) => (product.Weights.GroupCount + GroupsPerChunk - 1) / GroupsPerChunk;

        public readonly void Run(int chunk, int worker)
        {
            int at = 0;
            for (int chunks = ChunksOf(Call.Products[at]); chunk >= chunks; chunks = ChunksOf(Call.Products[at]))
            {
                chunk -= chunks;
                at++;
            }

            int first = chunk * GroupsPerChunk;
            Multiply<TTiles>(Call.Products[at], 0, Call.Rows, Packed, first, Math.Min(Call.Products[at].Weights.GroupCount, first + GroupsPerChunk));
        }
    }
}
