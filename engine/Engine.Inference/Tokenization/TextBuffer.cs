namespace Engine.Inference.Tokenization;

/// <summary>
/// A stretch of text on its way through the normalizers: UTF-8 in one array, and a second array into which a step that changes the text writes
/// its result. Reused from text to text.
/// </summary>
internal sealed class TextBuffer
{
    private byte[] _bytes = new byte[256];
    private byte[] _next = new byte[256];
    private int _nextLength;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Whether the first character comes from the beginning of the whole input: some pre-tokenizers put a space in front only there.</summary>
    public bool AtOrigin { get; set; }

    public void Set(ReadOnlySpan<byte> text, bool atOrigin)
    {
        Length = 0;
        _nextLength = 0;
        Append(text);
        Commit();
        AtOrigin = atOrigin;
    }

    /// <summary>Adds to the new text.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_next.AsSpan(_nextLength));
        _nextLength += bytes.Length;
    }

    public void Append(byte value)
    {
        Reserve(1);
        _next[_nextLength++] = value;
    }

    public void AppendCodePoint(int codePoint)
    {
        Reserve(4);
        _nextLength += Unicode.Utf8.Encode(codePoint, _next.AsSpan(_nextLength));
    }

    /// <summary>How much of the new text there is.</summary>
    public int AppendedLength => _nextLength;

    /// <summary>Makes the new text the text.</summary>
    public void Commit()
    {
        (_bytes, _next) = (_next, _bytes);
        Length = _nextLength;
        _nextLength = 0;
    }

    /// <summary>Keeps only a part of the text.</summary>
    public void Slice(int start, int length)
    {
        _bytes.AsSpan(start, length).CopyTo(_bytes);
        Length = length;
    }

    /// <summary>Lets go of arrays that one long text has made large.</summary>
    public void Trim(int maximum)
    {
        if (_bytes.Length > maximum || _next.Length > maximum)
        {
            _bytes = new byte[256];
            _next = new byte[256];
            Length = 0;
        }
    }

    private void Reserve(int count)
    {
        if (_nextLength + count > _next.Length)
        {
            Array.Resize(ref _next, (int)Math.Min(Array.MaxLength, Math.Max(2L * _next.Length, (long)_nextLength + count)));
        }
    }
}
