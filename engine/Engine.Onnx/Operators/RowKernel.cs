using Engine.Onnx.Threading;

namespace Engine.Onnx.Operators;

/// <summary>Rows that a kernel computes one by one, shared out over threads where there are enough of them.</summary>
internal static class RowKernel
{
    /// <summary>Elements below which one thread does it all.</summary>
    private const long ParallelElements = 32 * 1024;

    private const long ChunkElements = 8 * 1024;

    /// <summary>Runs <paramref name="body"/> over all rows; <see cref="IRowBody.Run"/> gets ranges of them.</summary>
    public static void Run<TBody>(WorkerPool pool, long rows, int rowLength, TBody body)
        where TBody : struct, IRowBody
    {
        if (pool.ThreadCount == 1 || rows * rowLength < ParallelElements)
        {
            body.Run(0, rows);
            return;
        }

        Chunks<TBody> chunks = new() { Body = body, Rows = rows, RowsPerChunk = Math.Max(1, ChunkElements / Math.Max(1, rowLength)) };
        pool.Run((int)((rows + chunks.RowsPerChunk - 1) / chunks.RowsPerChunk), ref chunks);
    }

    private struct Chunks<TBody> : IParallelBody
        where TBody : struct, IRowBody
    {
        public TBody Body;
        public long Rows;
        public long RowsPerChunk;

        public void Run(int chunk, int worker) => Body.Run(chunk * RowsPerChunk, Math.Min(Rows, (chunk + 1) * RowsPerChunk));
    }
}

/// <summary>The work on a range of rows.</summary>
internal interface IRowBody
{
    void Run(long first, long end);
}
