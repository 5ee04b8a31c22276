using System.Runtime.InteropServices;
using Engine.Inference.Runners.Rewriting;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners;

/// <summary>
/// The keys and values of one layer, in blocks. The address space of all blocks is taken at once; the operating system gives memory to a page when
/// it is first written, so that what a process holds grows with the tokens it has seen.
/// </summary>
internal sealed unsafe class BlockStorage : IDisposable
{
    /// <summary>Tokens whose keys lie side by side in the key cache: the attention kernel's lanes.</summary>
    private const int TokenLanes = 16;

    private void* _keys;
    private void* _values;

    /// <param name="layer">The layer.</param>
    /// <param name="blockCount">How many blocks.</param>
    /// <param name="blockSize">Tokens of a block, a multiple of 16.</param>
    public BlockStorage(PagedLayer layer, int blockCount, int blockSize)
    {
        ElementType type = layer.CacheType;
        Shape keys = new(blockCount, layer.HeadCount, blockSize / TokenLanes, layer.CachedHeadSize, TokenLanes);
        Shape values = new(blockCount, layer.HeadCount, blockSize, layer.CachedHeadSize);
        _keys = NativeMemory.AllocZeroed((nuint)(type.ByteCount(keys.ElementCount) + BufferPool.Alignment));
        _values = NativeMemory.AllocZeroed((nuint)(type.ByteCount(values.ElementCount) + BufferPool.Alignment));
        Keys = new Tensor(type, keys, Aligned(_keys), this, isReadOnly: false);
        Values = new Tensor(type, values, Aligned(_values), this, isReadOnly: false);
    }

    ~BlockStorage() => Free();

    /// <summary>The key cache, as the operator PagedAttention takes it.</summary>
    public Tensor Keys { get; }

    /// <summary>The value cache.</summary>
    public Tensor Values { get; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static byte* Aligned(void* start) => (byte*)(((nuint)start + BufferPool.Alignment - 1) & ~(nuint)(BufferPool.Alignment - 1));

    private void Free()
    {
        NativeMemory.Free(_keys);
        NativeMemory.Free(_values);
        _keys = _values = null;
    }
}
