namespace Engine.Onnx.Threading;

/// <summary>
/// The work of one parallel call, cut in chunks. A struct kept in a local of the caller: the call then allocates nothing, and workers read
/// it in place.
/// </summary>
internal interface IParallelBody
{
    /// <summary>Does one chunk. Which worker does which chunk is not determined, so results must not depend on it.</summary>
    /// <param name="chunk">From 0 to the call's chunk count, each exactly once.</param>
    /// <param name="worker">From 0 to <see cref="WorkerPool.ThreadCount"/>; two chunks at one time never share it: an index for scratch memory that belongs to the call.</param>
    void Run(int chunk, int worker);
}
