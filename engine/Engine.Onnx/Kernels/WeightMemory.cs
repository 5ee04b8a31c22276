namespace Engine.Onnx.Kernels;

/// <summary>Native memory for the weights of one matrix, on a cache-line border, that lives as long as this object. Not cleared.</summary>
internal sealed unsafe class WeightMemory : IDisposable
{
    private readonly byte* _pointer;
    private MemorySlab? _slab;

    /// <param name="byteCount">Bytes; a few more are allocated, so that a kernel may load a whole vector at the very end.</param>
    public WeightMemory(long byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        ByteCount = byteCount;
        _slab = MemorySlab.Take(checked(byteCount + AlignedMemory.Alignment), out _pointer);
    }

    ~WeightMemory() => Free();

    public long ByteCount { get; }

    public byte* Pointer => _slab is null ? throw new ObjectDisposedException(nameof(WeightMemory)) : _pointer;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free() => Interlocked.Exchange(ref _slab, null)?.Return();
}
