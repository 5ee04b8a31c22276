using System.Buffers.Binary;
using System.Text;

namespace Engine.Onnx.Format;

/// <summary>
/// Reads the fields of one protobuf message, straight from the mapped file. Every length is checked against the bytes that are there, so a
/// damaged or hostile file ends in an <see cref="InvalidModelException"/> that names the file and the place.
/// </summary>
internal ref struct ProtoReader
{
    private readonly string _file;
    private readonly ReadOnlySpan<byte> _data;
    private readonly long _start;
    private int _position;
    private int _wireType;

    /// <param name="file">For messages.</param>
    /// <param name="data">The message.</param>
    /// <param name="start">Where in the file the message starts, for messages.</param>
    public ProtoReader(string file, ReadOnlySpan<byte> data, long start = 0)
    {
        _file = file;
        _data = data;
        _start = start;
    }

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Where in the file the reader is.</summary>
    public readonly long Place => _start + _position;

    /// <summary>Goes to the next field; the one before must have been read or skipped.</summary>
    /// <returns>False at the end of the message.</returns>
    public bool Next()
    {
        if (_position == _data.Length)
        {
            return false;
        }

        ulong tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue)
        {
            throw Damaged($"a field number of {tag >> 3}");
        }

        Field = (int)(tag >> 3);
        _wireType = (int)(tag & 7);
        return true;
    }

    /// <summary>Passes over the current field.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case 0:
                Varint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                Bytes();
                break;
            case 5:
                Take(4);
                break;
            default:
                throw Damaged($"field {Field} of wire type {_wireType}");
        }
    }

    public long Int64()
    {
        Expect(0);
        return (long)Varint();
    }

    /// <summary>An integer that names or numbers something; what does not fit becomes -1.</summary>
    public int Int32() => Int64() is >= int.MinValue and <= int.MaxValue and long value ? (int)value : -1;

    public float Float()
    {
        Expect(5);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        ulong length = Varint();
        return length <= (ulong)(_data.Length - _position) ? Take((int)length)
            : throw Damaged($"field {Field} says {length} bytes where {_data.Length - _position} are left");
    }

    public string String() => Encoding.UTF8.GetString(Bytes());

    /// <summary>A reader for the message that the current field holds.</summary>
    public ProtoReader Message()
    {
        ReadOnlySpan<byte> bytes = Bytes();
        return new ProtoReader(_file, bytes, Place - bytes.Length);
    }

    /// <summary>Adds the current field's integers, one or a packed run.</summary>
    public void Int64s(List<long> values)
    {
        if (_wireType == 0)
        {
            values.Add(Int64());
            return;
        }

        ProtoReader packed = Message();
        while (packed._position < packed._data.Length)
        {
            values.Add((long)packed.Varint());
        }
    }

    /// <summary>Adds the current field's singles, one or a packed run.</summary>
    public void Floats(List<float> values)
    {
        if (_wireType == 5)
        {
            values.Add(Float());
            return;
        }

        ProtoReader packed = Message();
        while (packed._position < packed._data.Length)
        {
            values.Add(BinaryPrimitives.ReadSingleLittleEndian(packed.Take(4)));
        }
    }

    /// <summary>Adds the current field's doubles, one or a packed run.</summary>
    public void Doubles(List<double> values)
    {
        if (_wireType == 1)
        {
            values.Add(BinaryPrimitives.ReadDoubleLittleEndian(Take(8)));
            return;
        }

        ProtoReader packed = Message();
        while (packed._position < packed._data.Length)
        {
            values.Add(BinaryPrimitives.ReadDoubleLittleEndian(packed.Take(8)));
        }
    }

    /// <summary>The exception for a file that breaks the format at the current place.</summary>
    public readonly InvalidModelException Damaged(string what) =>
        new($"{_file} is damaged or incomplete: {what} at byte {Place}; fetch or export the file again.");

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (_position == _data.Length)
            {
                throw Damaged("a number is cut off");
            }

            byte next = _data[_position++];
            if (shift < 64)
            {
                value |= (ulong)(next & 0x7F) << shift;
            }

            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged("a number of more than ten bytes");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - _position)
        {
            throw Damaged($"{count} bytes wanted where {_data.Length - _position} are left");
        }

        ReadOnlySpan<byte> bytes = _data.Slice(_position, count);
        _position += count;
        return bytes;
    }

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
        {
            throw Damaged($"field {Field} is of wire type {_wireType} where {wireType} belongs");
        }
    }
}
