using System.Numerics;
using System.Runtime.InteropServices;

namespace Engine.Onnx.Tensors;

/// <summary>
/// Aligned native buffers that a session's operators use one after another. Sizes are rounded up to four steps per power of two, so a shape
/// that grows by a token finds the same buffer again. Owned by the thread that runs the session: no locks.
/// </summary>
/// <param name="maxByteCount">What it may take from the operating system.</param>
internal sealed unsafe class BufferPool(long maxByteCount = long.MaxValue) : IDisposable
{
    /// <summary>Every buffer starts at a multiple of this: a cache line, and the widest vector.</summary>
    public const int Alignment = 64;

    private const int SmallestShift = 6;
    private const int StepsPerDoubling = 4;

    private readonly List<PooledBuffer> _all = [];
    private readonly Stack<PooledBuffer>?[] _free = new Stack<PooledBuffer>?[StepsPerDoubling * 64];
    private bool _disposed;

    /// <summary>Bytes that the pool has from the operating system.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Buffers it has from the operating system.</summary>
    public int BufferCount => _all.Count;

    /// <summary>A buffer of at least <paramref name="byteCount"/> bytes with one reference; its contents are whatever was there.</summary>
    /// <exception cref="OutOfMemoryException">The memory is not there.</exception>
    /// <exception cref="PoolExhaustedException">It would be more than the pool may take.</exception>
    public PooledBuffer Rent(long byteCount)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int sizeClass = SizeClassOf(byteCount, out long capacity);
        if (_free[sizeClass] is not { Count: > 0 } free || !free.TryPop(out PooledBuffer? buffer))
        {
            if (capacity > maxByteCount - ByteCount)
            {
                throw new PoolExhaustedException(maxByteCount);
            }

            buffer = new PooledBuffer(this, (byte*)NativeMemory.AlignedAlloc((nuint)capacity, Alignment), capacity, sizeClass);
            _all.Add(buffer);
            ByteCount += capacity;
        }

        buffer.AddReference();
        return buffer;
    }

    /// <summary>Takes a buffer back; called by its last reference.</summary>
    public void Return(PooledBuffer buffer)
    {
        if (!_disposed)
        {
            (_free[buffer.SizeClass] ??= new Stack<PooledBuffer>()).Push(buffer);
        }
    }

    /// <summary>Frees every buffer, also those still lent: their tensors refuse from then on.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (PooledBuffer buffer in _all)
        {
            buffer.IsFreed = true;
            NativeMemory.AlignedFree(buffer.Data);
        }

        _all.Clear();
    }

    /// <summary>Sizes 64, 80, 96, 112, 128, 160, 192 …: at most a quarter is wasted.</summary>
    private static int SizeClassOf(long byteCount, out long capacity)
    {
        long size = Math.Max(byteCount, 1L << SmallestShift);
        int shift = BitOperations.Log2((ulong)size);
        long step = 1L << (shift - 2);
        long steps = (size - (1L << shift) + step - 1) / step;
        capacity = (1L << shift) + (steps * step);
        return ((shift - SmallestShift) * StepsPerDoubling) + (int)steps;
    }
}
