using System.Buffers;

namespace Engine.Cli.JsonLines;

/// <summary>Collects the bytes of a line and hands them to a stream in large pieces: rows of logits are megabytes of text.</summary>
internal sealed class LineBuffer(Stream stream) : IBufferWriter<byte>, IDisposable
{
    private const int PieceLength = 64 << 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(2 * PieceLength);
    private int _length;

    public void Advance(int count)
    {
        _length += count;
        if (_length >= PieceLength)
        {
            Drain();
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_buffer.Length - _length < Math.Max(sizeHint, 1))
        {
            Drain();
            if (_buffer.Length < sizeHint)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = ArrayPool<byte>.Shared.Rent(sizeHint);
            }
        }

        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Ends the line; it is with its reader when this returns.</summary>
    public void EndLine()
    {
        GetSpan(1)[0] = (byte)'\n';
        _length++;
        Drain();
        stream.Flush();
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void Drain()
    {
        stream.Write(_buffer, 0, _length);
        _length = 0;
    }
}
