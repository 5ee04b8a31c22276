namespace Engine.Onnx.Tensors;

/// <summary>One native buffer of a <see cref="BufferPool"/>, shared by the tensors that alias it and handed back by the last of them.</summary>
internal sealed unsafe class PooledBuffer(BufferPool pool, byte* data, long byteCapacity, int sizeClass)
{
    private int _references;

    public byte* Data { get; } = data;

    public long ByteCapacity { get; } = byteCapacity;

    /// <summary>Which free list of the pool it belongs to.</summary>
    public int SizeClass { get; } = sizeClass;

    /// <summary>Set when the pool has freed the memory: tensors that still point at it must refuse.</summary>
    public bool IsFreed { get; set; }

    /// <summary>Whether exactly one tensor uses it, so that an operator may overwrite it.</summary>
    public bool IsUnshared => _references == 1;

    public void AddReference() => _references++;

    public void Release()
    {
        if (--_references == 0)
        {
            pool.Return(this);
        }
    }
}
