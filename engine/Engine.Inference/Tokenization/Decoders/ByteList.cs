namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Bytes that grow at the end and are taken off the beginning.</summary>
internal sealed class ByteList
{
    private byte[] _bytes = new byte[32];
    private int _start;
    private int _end;

    public int Count => _end - _start;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, Count);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_end + bytes.Length > _bytes.Length)
        {
            byte[] target = Count + bytes.Length > _bytes.Length / 2 ? new byte[Math.Max(_bytes.Length * 2, (Count + bytes.Length) * 2)] : _bytes;
            Span.CopyTo(target);
            (_bytes, _start, _end) = (target, 0, Count);
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }

    public void RemoveFirst(int count)
    {
        _start += count;
        if (_start == _end)
        {
            Clear();
        }
    }

    public void Clear() => _start = _end = 0;

    public void Set(ReadOnlySpan<byte> bytes)
    {
        Clear();
        Add(bytes);
    }
}
