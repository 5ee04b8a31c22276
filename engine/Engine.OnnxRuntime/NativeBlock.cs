using System.Runtime.InteropServices;

namespace Engine.OnnxRuntime;

/// <summary>Memory outside the managed heap that grows on demand. New memory reads as zeros and takes physical pages only where it is touched.</summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    /// <summary>The first byte.</summary>
    public byte* Data { get; private set; }

    /// <summary>How many bytes there are.</summary>
    public long Length { get; private set; }

    /// <summary>Makes room for at least so many bytes; contents are lost when it grows.</summary>
    public void Ensure(long bytes)
    {
        if (bytes > Length)
        {
            Replace(Allocate(bytes), bytes);
        }
    }

    /// <summary>Takes over memory from <see cref="Allocate"/>, freeing what there was.</summary>
    public void Replace(byte* data, long bytes)
    {
        NativeMemory.Free(Data);
        Data = data;
        Length = bytes;
    }

    /// <summary>Memory that reads as zeros.</summary>
    public static byte* Allocate(long bytes) => (byte*)NativeMemory.AllocZeroed((nuint)bytes);

    public void Dispose() => Replace(null, 0);
}
