using System.Runtime.InteropServices;
using Engine.Onnx.Format;

namespace Engine.Onnx.Kernels;

/// <summary>
/// A large piece of native memory out of which the weights of a model are cut, one after another. Weights stream by once a token, too many
/// pages for the processor's address cache; pieces this large can be had in pages of 2 MiB, where the operating system grants them on request.
/// </summary>
internal sealed unsafe class MemorySlab
{
    private const int PageBytes = 2 << 20;
    private const long SlabBytes = 32 << 20;

    private static readonly Lock Gate = new();
    private static MemorySlab? _current;

    private readonly byte* _start;
    private readonly long _byteCount;
    private long _used;
    private int _pieces;

    private MemorySlab(long byteCount)
    {
        _byteCount = byteCount;
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)byteCount, PageBytes);
        PageAdvice.RequestHugePages(_start, byteCount);
    }

    /// <summary>Cuts off a piece on a cache-line border, to be given back by <see cref="Return"/>. Not cleared.</summary>
    public static MemorySlab Take(long byteCount, out byte* piece)
    {
        long rounded = checked(byteCount + AlignedMemory.Alignment - 1) & ~(AlignedMemory.Alignment - 1);
        lock (Gate)
        {
            MemorySlab slab = _current is { } current && rounded <= current._byteCount - current._used ? current
                : rounded > SlabBytes / 4 ? new MemorySlab(rounded)
                : _current = new MemorySlab(SlabBytes);
            piece = slab._start + slab._used;
            slab._used += rounded;
            slab._pieces++;
            return slab;
        }
    }

    /// <summary>Gives a piece back; with the last one the memory goes.</summary>
    public void Return()
    {
        lock (Gate)
        {
            if (--_pieces > 0)
            {
                return;
            }

            if (_current == this)
            {
                _current = null;
            }
        }

        NativeMemory.AlignedFree(_start);
    }
}
