using System.Buffers;

namespace Engine.Cli.JsonLines;

/// <summary>Splits a stream of bytes into lines, without a limit on their number but with one on their length.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    /// <summary>The longest line, in bytes: far above what a full context of ids or a long conversation takes.</summary>
    public const int MaxLength = 64 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
    private int _start;
    private int _end;
    private bool _finished;
    private bool _first = true;

    /// <summary>Whether the last line was longer than <see cref="MaxLength"/>; what came of it is then empty.</summary>
    public bool WasTooLong { get; private set; }

    /// <summary>The next line without its end, valid until the next call; <see langword="null"/> after the last.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        WasTooLong = false;
        int searched = _start;
        while (true)
        {
            int length = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                return Take(searched + length, searched + length + 1);
            }

            searched = _end;
            if (_finished)
            {
                if (_start == _end && !WasTooLong)
                {
                    return null;
                }

                return Take(_end, _end);
            }

            if (_end - _start > MaxLength)
            {
                WasTooLong = true;
                _start = _end = searched = 0;
            }

            searched -= MakeRoom();

            // A terminal's or pipe's read cannot be cancelled: it is left behind when the command is.
            int read = await Task.Run(() => stream.Read(_buffer, _end, _buffer.Length - _end), cancellationToken).WaitAsync(cancellationToken);
            _end += read;
            _finished = read == 0;
        }
    }

    // Not back to the pool: a read that was left behind may still write into it.
    public void Dispose() => _buffer = [];

    // Moves what is unread to the front, into a larger buffer if it fills this one. Returns how far it moved.
    private int MakeRoom()
    {
        if (_end < _buffer.Length)
        {
            return 0;
        }

        int moved = _start;
        byte[] target = _start > 0 ? _buffer : ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        if (target != _buffer)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        _end -= moved;
        _start = 0;
        return moved;
    }

    private ReadOnlyMemory<byte> Take(int end, int next)
    {
        WasTooLong |= end - _start > MaxLength;
        Memory<byte> line = WasTooLong ? default : _buffer.AsMemory(_start, end - _start);
        if (_first && line.Span.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
        }

        _first = false;
        _start = next;
        return line;
    }
}
