using System.Runtime.CompilerServices;

namespace Engine.Onnx.Kernels;

/// <summary>
/// Working memory of kernels: one buffer per thread and purpose that only grows, so that a steady state allocates nothing. What a caller
/// writes here its workers may read during the call.
/// </summary>
internal static unsafe class Scratch
{
    [ThreadStatic]
    private static byte[]?[]? _buffers;

    /// <summary>Purposes that may be in use at one time on one thread.</summary>
    public enum Purpose
    {
        Activations,
        Panel,
        Rows,
        Scores,
        Products,
        Transposed,
        Group,
        Parts,
        Count,
    }

    /// <summary>Memory on a cache-line border, valid until the next call with the same purpose on this thread. Holds whatever was there.</summary>
    public static T* Get<T>(Purpose purpose, long count)
        where T : unmanaged
    {
        long bytes = checked(count * sizeof(T)) + AlignedMemory.Alignment * 2;
        byte[]?[] buffers = _buffers ??= new byte[(int)Purpose.Count][];
        byte[]? buffer = buffers[(int)purpose];
        if (buffer is null || buffer.LongLength < bytes)
        {
            buffer = GC.AllocateUninitializedArray<byte>(checked((int)Math.Min(Array.MaxLength, Math.Max(bytes, bytes + bytes / 4))), pinned: true);
            if (buffer.LongLength < bytes)
            {
                throw new InvalidOperationException($"A kernel needs {bytes} bytes of working memory at once; compute fewer tokens per step.");
            }

            buffers[(int)purpose] = buffer;
        }

        nint address = (nint)Unsafe.AsPointer(ref buffer[0]);
        return (T*)((address + AlignedMemory.Alignment - 1) & ~(AlignedMemory.Alignment - 1));
    }
}
