using System.Globalization;
using System.Runtime.InteropServices;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Format;

/// <summary>Reads tensors: views of the mapped file where the bytes lie ready, memory of their own where the format spreads them.</summary>
internal sealed unsafe class TensorReader(string modelFile, MappedFile model, ExternalData external)
{
    /// <summary>Views may start anywhere; below this size a copy at an aligned place costs nothing that anybody would notice.</summary>
    private const long CopyBelow = 4096;

    /// <summary>What a sparse tensor may grow to: its size is only a claim of a few bytes.</summary>
    private const long MaxDenseBytes = 64 << 20;

    /// <summary>Reads a <c>TensorProto</c>.</summary>
    public Tensor Read(ProtoReader reader, out string name)
    {
        List<long> dimensions = [];
        List<long> integers = [];
        List<float> floats = [];
        List<double> doubles = [];
        ReadOnlySpan<byte> raw = default;
        bool hasRaw = false;
        bool isExternal = false;
        int type = 0;
        Dictionary<string, string> place = [];
        name = "";
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: reader.Int64s(dimensions); break;
                case 2: type = reader.Int32(); break;
                case 3: throw reader.Damaged("a tensor in segments, which nothing writes,");
                case 4: reader.Floats(floats); break;
                case 5 or 7 or 11: reader.Int64s(integers); break;
                case 8: name = reader.String(); break;
                case 9: raw = reader.Bytes(); hasRaw = true; break;
                case 10: reader.Doubles(doubles); break;
                case 13: ReadEntry(reader.Message(), place); break;
                case 14: isExternal = reader.Int32() == 1; break;
                default: reader.Skip(); break;
            }
        }

        ElementType elementType = (ElementType)type;
        if (elementType.BitCount() == 0)
        {
            throw new InvalidModelException($"{modelFile}: tensor '{name}' holds {elementType.Name()}, which is not supported.");
        }

        Shape shape = ShapeOf(dimensions, name);
        long bytes = elementType.ByteCount(shape.ElementCount);
        if (isExternal)
        {
            return ReadExternal(elementType, shape, bytes, place, name);
        }

        if (hasRaw)
        {
            return raw.Length == bytes ? ViewOf(elementType, shape, raw) : throw WrongSize(name, elementType, shape, bytes, raw.Length);
        }

        return elementType switch
        {
            ElementType.Float32 => Copy(elementType, shape, CollectionsMarshal.AsSpan(floats), name),
            ElementType.Float64 => Copy(elementType, shape, CollectionsMarshal.AsSpan(doubles), name),
            ElementType.Complex64 or ElementType.Complex128 => throw new InvalidModelException($"{modelFile}: tensor '{name}' is complex, which is not supported."),
            _ => Pack(elementType, shape, integers, name),
        };
    }

    /// <summary>Reads a <c>SparseTensorProto</c> into a dense tensor.</summary>
    public Tensor ReadSparse(ProtoReader reader, out string name)
    {
        Tensor? values = null;
        Tensor? indices = null;
        List<long> dimensions = [];
        name = "";
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: values = Read(reader.Message(), out name); break;
                case 2: indices = Read(reader.Message(), out _); break;
                case 3: reader.Int64s(dimensions); break;
                default: reader.Skip(); break;
            }
        }

        if (values is null || indices is null || indices.ElementType != ElementType.Int64 || values.ElementType.BitCount() < 8)
        {
            throw new InvalidModelException($"{modelFile}: sparse tensor '{name}' lacks values or int64 indices.");
        }

        Shape shape = ShapeOf(dimensions, name);
        if (values.ElementType.ByteCount(shape.ElementCount) > MaxDenseBytes)
        {
            throw new InvalidModelException($"{modelFile}: sparse tensor '{name}' of shape {shape} is too large; export it dense.");
        }

        return SparseTensor.ToDense(values, indices, shape)
            ?? throw new InvalidModelException($"{modelFile}: sparse tensor '{name}' has indices outside its shape {shape}, or another number of them than of values.");
    }

    /// <summary>Reads a <c>StringStringEntryProto</c>.</summary>
    public static void ReadEntry(ProtoReader reader, Dictionary<string, string> entries)
    {
        string key = "";
        string value = "";
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: key = reader.String(); break;
                case 2: value = reader.String(); break;
                default: reader.Skip(); break;
            }
        }

        entries[key] = value;
    }

    private Shape ShapeOf(List<long> dimensions, string name)
    {
        long count = 1;
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        bool isValid = dimensions.Count <= Shape.MaxRank;
        for (int i = 0; isValid && i < dimensions.Count; i++)
        {
            long size = dimensions[i];
            isValid = size is >= 0 and <= int.MaxValue && (size == 0 || count <= long.MaxValue / 256 / size);
            count *= size;
            sizes[i] = (int)size;
        }

        return isValid ? new Shape(sizes[..dimensions.Count])
            : throw new InvalidModelException($"{modelFile}: tensor '{name}' has the impossible or unsupported shape [{string.Join(',', dimensions.Take(10))}].");
    }

    private Tensor ReadExternal(ElementType type, in Shape shape, long bytes, Dictionary<string, string> place, string name)
    {
        if (!place.TryGetValue("location", out string? location))
        {
            throw new InvalidModelException($"{modelFile}: tensor '{name}' is in external data, but does not say in which file.");
        }

        long offset = Number(place, "offset", 0, name);
        long length = Number(place, "length", bytes, name);
        if (length != bytes && length != 0)
        {
            throw WrongSize(name, type, shape, bytes, length);
        }

        MappedFile file = external.Open(location);
        if (offset > file.Length || bytes > file.Length - offset)
        {
            throw new InvalidModelException(
                $"external data '{location}' of {modelFile} is incomplete: tensor '{name}' wants {bytes} bytes at {offset}, the file has {file.Length}; fetch it again.");
        }

        return new Tensor(type, shape, file.Data + offset, file, isReadOnly: true);
    }

    private long Number(Dictionary<string, string> place, string key, long absent, string name) =>
        !place.TryGetValue(key, out string? text) ? absent
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value
        : throw new InvalidModelException($"{modelFile}: tensor '{name}' has the {key} '{text}' in external data; it must be a number of bytes.");

    private Tensor ViewOf(ElementType type, in Shape shape, ReadOnlySpan<byte> raw)
    {
        if (raw.Length >= CopyBelow)
        {
            fixed (byte* data = raw)
            {
                return new Tensor(type, shape, data, model, isReadOnly: true);
            }
        }

        Tensor copy = Tensor.Allocate(type, shape);
        raw.CopyTo(copy.AsSpan<byte>());
        copy.MakeReadOnly();
        return copy;
    }

    private Tensor Copy<T>(ElementType type, in Shape shape, Span<T> values, string name)
        where T : unmanaged
    {
        if (values.Length != shape.ElementCount)
        {
            throw WrongSize(name, type, shape, type.ByteCount(shape.ElementCount), (long)values.Length * sizeof(T));
        }

        Tensor tensor = Tensor.Create<T>(values, shape);
        tensor.MakeReadOnly();
        return tensor;
    }

    /// <summary>Integers, and the types that the format stores as integers: halves by their bits, elements below a byte by their bytes.</summary>
    private Tensor Pack(ElementType type, in Shape shape, List<long> integers, string name)
    {
        int bits = type.BitCount();
        int unit = Math.Max(bits / 8, 1);
        long wanted = bits >= 8 ? shape.ElementCount : type.ByteCount(shape.ElementCount);
        if (integers.Count != wanted)
        {
            throw WrongSize(name, type, shape, wanted * unit, (long)integers.Count * unit);
        }

        Tensor tensor = Tensor.Allocate(type, shape);
        Span<byte> bytes = tensor.AsSpan<byte>();
        for (int i = 0; i < integers.Count; i++)
        {
            long value = integers[i];
            MemoryMarshal.AsBytes(new ReadOnlySpan<long>(ref value))[..unit].CopyTo(bytes[(i * unit)..]);
        }

        tensor.MakeReadOnly();
        return tensor;
    }

    private InvalidModelException WrongSize(string name, ElementType type, in Shape shape, long wanted, long found) =>
        new($"{modelFile}: tensor '{name}' of {type.Name()} {shape} takes {wanted} bytes, but {found} are given; the file is damaged or incomplete, export it again.");
}
