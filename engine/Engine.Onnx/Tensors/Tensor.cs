using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Engine.Onnx.Format;

namespace Engine.Onnx.Tensors;

/// <summary>
/// Elements of one type in row-major order: memory of its own, a view of a mapped model file, or a buffer that a session lends. Data starts at
/// a multiple of 64 bytes unless it is a view. Spans taken from a tensor are valid until it is disposed of, or until the model or session it belongs to is.
/// </summary>
public sealed unsafe class Tensor : IDisposable
{
    private readonly byte[]? _array;
    private readonly int _arrayOffset;
    private readonly object? _owner;
    private byte* _data;
    private Shape _shape;

    /// <summary>A tensor over memory of its own.</summary>
    private Tensor(ElementType type, in Shape shape, byte[] array, long byteCapacity)
    {
        ElementType = type;
        _shape = shape;
        ElementCount = shape.ElementCount;
        ByteCapacity = byteCapacity;
        _array = array;
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        _data = (byte*)(((nuint)start + (BufferPool.Alignment - 1)) & ~(nuint)(BufferPool.Alignment - 1));
        _arrayOffset = (int)(_data - start);
    }

    /// <summary>A tensor over memory that something else keeps.</summary>
    /// <param name="type">Type of the elements.</param>
    /// <param name="shape">Its shape; the memory holds that many elements.</param>
    /// <param name="data">The first element.</param>
    /// <param name="owner">Kept alive as long as the tensor is; disposed of with it when it is an <see cref="NativeBuffer"/>.</param>
    /// <param name="isReadOnly">Whether writing is refused.</param>
    internal Tensor(ElementType type, in Shape shape, byte* data, object? owner, bool isReadOnly)
    {
        ElementType = type;
        _shape = shape;
        ElementCount = shape.ElementCount;
        ByteCapacity = type.ByteCount(ElementCount);
        _data = data;
        _owner = owner;
        IsReadOnly = isReadOnly;
    }

    /// <summary>An empty place for a value that a session computes: <see cref="Bind"/> gives it its data.</summary>
    internal Tensor()
    {
    }

    /// <summary>Type of the elements.</summary>
    public ElementType ElementType { get; private set; }

    /// <summary>The dimensions.</summary>
    public Shape Shape => _shape;

    /// <summary>The shape by reference, for callers that only look.</summary>
    internal ref readonly Shape ShapeReference => ref _shape;

    /// <summary>How many elements; those below a byte each counted.</summary>
    public long ElementCount { get; private set; }

    /// <summary>Bytes of the elements, packed where an element is below a byte.</summary>
    public long ByteLength => ElementType.ByteCount(ElementCount);

    /// <summary>Bytes that the memory behind it holds: what <see cref="Reshape"/> may use.</summary>
    public long ByteCapacity { get; private set; }

    /// <summary>Whether the data may only be read: weights and constants.</summary>
    public bool IsReadOnly { get; private set; }

    /// <summary>The first byte. For data above 2 GiB and for kernels that take pointers; the tensor must be kept alive meanwhile.</summary>
    internal byte* Data => _data;

    /// <summary>The buffer of a session's pool that holds the data; null for memory of another kind.</summary>
    internal PooledBuffer? Buffer { get; private set; }

    /// <summary>What keeps the memory of a view alive, such as the file it shows; null for memory of its own.</summary>
    internal object? Owner => (_owner as Tensor)?.Owner ?? _owner;

    /// <summary>The tensor whose memory a view of a session shows: kept alive by the view, since its memory may be the garbage collector's.</summary>
    internal Tensor? Source { get; set; }

    /// <summary>Creates a tensor that holds a copy of <paramref name="data"/>.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is no element type, or the number of values differs from the shape's.</exception>
    public static Tensor Create<T>(ReadOnlySpan<T> data, Shape shape)
        where T : unmanaged
    {
        ElementType type = ElementTypes.Of<T>();
        if (type == ElementType.Undefined)
        {
            throw new ArgumentException($"{typeof(T).Name} is no type of a tensor's elements.", nameof(data));
        }

        if (shape.ElementCount != data.Length)
        {
            throw new ArgumentException($"{data.Length} values for a tensor of shape {shape}, which takes {shape.ElementCount}.", nameof(data));
        }

        Tensor tensor = Allocate(type, shape);
        data.CopyTo(tensor.AsSpan<T>());
        return tensor;
    }

    /// <summary>Creates a one-dimensional tensor that holds a copy of <paramref name="data"/>.</summary>
    public static Tensor Create<T>(params ReadOnlySpan<T> data)
        where T : unmanaged => Create(data, new Shape(data.Length));

    /// <summary>Creates a tensor of zeros.</summary>
    /// <exception cref="ArgumentException">The type has no fixed size.</exception>
    /// <exception cref="OutOfMemoryException">The memory is not there.</exception>
    public static Tensor Allocate(ElementType type, Shape shape)
    {
        if (type.BitCount() == 0)
        {
            throw new ArgumentException($"a tensor of {type.Name()} cannot be allocated.", nameof(type));
        }

        long bytes = type.ByteCount(shape.ElementCount);
        if (bytes + BufferPool.Alignment <= Array.MaxLength)
        {
            // A pinned array: it never moves, and a span into it keeps it alive, so a forgotten Dispose can neither leak nor dangle.
            return new Tensor(type, shape, GC.AllocateArray<byte>((int)bytes + BufferPool.Alignment, pinned: true), bytes);
        }

        NativeBuffer buffer = new(bytes);
        return new Tensor(type, shape, buffer.Data, buffer, isReadOnly: false);
    }

    /// <summary>The elements, to read and write.</summary>
    /// <typeparam name="T">The .NET type of <see cref="ElementType"/>; <see cref="byte"/> gives the raw bytes of any type.</typeparam>
    /// <exception cref="InvalidOperationException">Another type, read-only data, or more elements than a span holds.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException("the tensor is read-only; use AsReadOnlySpan.");
        }

        return Elements<T>();
    }

    /// <summary>The elements, to read.</summary>
    /// <typeparam name="T">The .NET type of <see cref="ElementType"/>; <see cref="byte"/> gives the raw bytes of any type.</typeparam>
    /// <exception cref="InvalidOperationException">Another type, or more elements than a span holds.</exception>
    public ReadOnlySpan<T> AsReadOnlySpan<T>()
        where T : unmanaged => Elements<T>();

    /// <summary>Some of the elements, to read: for tensors larger than one span.</summary>
    /// <exception cref="InvalidOperationException">Another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside.</exception>
    public ReadOnlySpan<T> Slice<T>(long start, int count)
        where T : unmanaged => Elements<T>(start, count);

    /// <summary>Some of the elements, to read and write: for tensors larger than one span.</summary>
    /// <exception cref="InvalidOperationException">Another type, or read-only data.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside.</exception>
    public Span<T> WritableSlice<T>(long start, int count)
        where T : unmanaged
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException("the tensor is read-only; use Slice.");
        }

        return Elements<T>(start, count);
    }

    /// <summary>Gives the tensor another shape within its memory, so that one tensor serves calls of different sizes. Bytes stay where they are.</summary>
    /// <exception cref="InvalidOperationException">The memory is too small, or belongs to a session.</exception>
    public void Reshape(Shape shape)
    {
        ObjectDisposedException.ThrowIf(_data is null, this);
        long count = shape.ElementCount;
        if (ElementType.ByteCount(count) > ByteCapacity)
        {
            throw new InvalidOperationException($"shape {shape} needs {ElementType.ByteCount(count)} bytes; the tensor holds {ByteCapacity}.");
        }

        _shape = shape;
        ElementCount = count;
    }

    /// <summary>Gives its memory back; a view forgets it.</summary>
    public void Dispose()
    {
        _data = null;
        ElementCount = 0;
        ByteCapacity = 0;
        Buffer?.Release();
        Buffer = null;
        (_owner as NativeBuffer)?.Dispose();
    }

    /// <summary>As messages write it: <c>float [2,3]</c>.</summary>
    public override string ToString() => $"{ElementType.Name()} {_shape}";

    /// <summary>Points a session's tensor at a buffer, whose reference it takes over, or at memory that something else keeps.</summary>
    internal void Bind(ElementType type, in Shape shape, byte* data, long byteCapacity, PooledBuffer? buffer, bool isReadOnly)
    {
        Buffer?.Release();
        ElementType = type;
        _shape = shape;
        ElementCount = shape.ElementCount;
        ByteCapacity = byteCapacity;
        _data = data;
        Buffer = buffer;
        Source = null;
        IsReadOnly = isReadOnly;
    }

    /// <summary>Another tensor over the same memory; this one must outlive it.</summary>
    internal Tensor Share() => new(ElementType, _shape, _data, this, IsReadOnly);

    /// <summary>Refuses writing from now on: it has become a constant.</summary>
    internal void MakeReadOnly() => IsReadOnly = true;

    /// <summary>Says that the data will hardly be read again: what a mapped file has in memory goes back to the operating system.</summary>
    internal void ReleasePages() => Mapped?.Release(_data, ByteLength);

    /// <summary>The file whose bytes it shows; null for memory of another kind.</summary>
    internal MappedFile? Mapped => _owner as MappedFile;

    /// <summary>Lets go of the data after its last use.</summary>
    internal void Unbind()
    {
        Buffer?.Release();
        Buffer = null;
        Source = null;
        _data = null;
    }

    private Span<T> Elements<T>()
        where T : unmanaged
    {
        long count = typeof(T) == typeof(byte) ? ByteLength : ElementCount;
        if (count > int.MaxValue)
        {
            throw new InvalidOperationException($"{count} elements do not fit one span; use Slice.");
        }

        return Elements<T>(0, (int)count);
    }

    private Span<T> Elements<T>(long start, int count)
        where T : unmanaged
    {
        if (typeof(T) != typeof(byte) && ElementTypes.Of<T>() != ElementType)
        {
            throw new InvalidOperationException($"a tensor of {ElementType.Name()} cannot be read as {typeof(T).Name}.");
        }

        long length = typeof(T) == typeof(byte) ? ByteLength : ElementCount;
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, length - start);
        if (_array is not null && _data is not null)
        {
            ref byte first = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_array), _arrayOffset);
            return MemoryMarshal.CreateSpan(ref Unsafe.Add(ref Unsafe.As<byte, T>(ref first), (nint)start), count);
        }

        if (count == 0)
        {
            return [];
        }

        ObjectDisposedException.ThrowIf(_data is null || Buffer is { IsFreed: true }, this);
        return new Span<T>((T*)_data + start, count);
    }
}
