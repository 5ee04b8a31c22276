using System.Runtime.InteropServices;

namespace Engine.Onnx.Tensors;

/// <summary>Memory outside the managed heap for tensors that no array can hold, zeroed and aligned.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private void* _data;

    public NativeBuffer(long byteCount)
    {
        _data = NativeMemory.AlignedAlloc((nuint)byteCount, BufferPool.Alignment);
        NativeMemory.Clear(_data, (nuint)byteCount);
    }

    ~NativeBuffer() => NativeMemory.AlignedFree(_data);

    public byte* Data => (byte*)_data;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
        GC.SuppressFinalize(this);
    }
}
