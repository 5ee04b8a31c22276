using System.Runtime.InteropServices;

namespace Engine.Onnx.Kernels;

/// <summary>Native memory on a cache-line border that lives as long as this object. Not cleared.</summary>
internal sealed unsafe class AlignedMemory : IDisposable
{
    public const int Alignment = 64;

    private void* _pointer;

    /// <param name="byteCount">Bytes; a few more are allocated, so that a kernel may load a whole vector at the very end.</param>
    public AlignedMemory(long byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        ByteCount = byteCount;
        _pointer = NativeMemory.AlignedAlloc((nuint)byteCount + Alignment, Alignment);
    }

    ~AlignedMemory() => Free();

    public long ByteCount { get; }

    public byte* Pointer => _pointer is null ? throw new ObjectDisposedException(nameof(AlignedMemory)) : (byte*)_pointer;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_pointer is null)
        {
            return;
        }

        NativeMemory.AlignedFree(_pointer);
        _pointer = null;
    }
}
