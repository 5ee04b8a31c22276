using System.Buffers;
using System.Text;

namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>
/// Finds tool calls in an answer as it streams. A call is given as a whole once it is complete; one that is malformed or cut off is content as it
/// was written, markers included. White space around calls is dropped, other white space is kept. Without a dialect everything is content.
/// </summary>
internal sealed class ToolCallParser : IOutputStage
{
    private enum State
    {
        Content,
        Call,
    }

    // Nothing that ends a call ends with another character, so that a long call is not looked through for every piece of it.
    private static readonly SearchValues<char> Closers = SearchValues.Create("}])>");

    private readonly ToolCallDialect? _dialect;
    private readonly ArgumentTypes _types;
    private readonly List<OutputDelta> _deltas;
    private readonly IReadOnlyList<string> _markers;
    private readonly StringBuilder _body = new();
    private State _state = State.Content;
    private string _waiting = "";
    private string _blanks = "";
    private string _start = "";
    private BalanceScanner _scanner;
    private int _searched;
    private int? _length;
    private bool _hasContent;
    private bool _hasCalls;
    private bool _isBehindCall;

    public ToolCallParser(ToolCallDialect? dialect, ArgumentTypes types, List<OutputDelta> deltas)
    {
        _dialect = dialect;
        _types = types;
        _deltas = deltas;
        _markers = dialect is null ? [] : [.. dialect.Starts.Concat(dialect.Separators)];
    }

    public void Append(string text)
    {
        if (_dialect is null)
        {
            Emit(text);
            return;
        }

        if (_state == State.Call)
        {
            _body.Append(text);
            if (_length is null && !text.AsSpan().ContainsAny(Closers))
            {
                return;
            }
        }
        else
        {
            _waiting += text;
        }

        while (_state == State.Content ? ReadContent(isEnd: false) : ReadCall(isEnd: false))
        {
        }
    }

    public void Complete()
    {
        while (_dialect is not null && (_state == State.Content ? ReadContent(isEnd: true) : ReadCall(isEnd: true)))
        {
        }

        if (!_hasCalls && _blanks.Length > 0)
        {
            _deltas.Add(new OutputDelta.Content(_blanks));
        }

        _blanks = "";
    }

    /// <summary>Reads content up to the next marker; true where a call begins or more may be read.</summary>
    private bool ReadContent(bool isEnd)
    {
        if (_waiting.Length == 0)
        {
            return false;
        }

        if (TryBeginBare(isEnd, out bool waits) || waits)
        {
            return !waits;
        }

        if (Markers.First(_waiting, _markers) is not { } found)
        {
            int certain = isEnd ? _waiting.Length : _markers.Min(marker => Markers.CertainLength(_waiting, marker));
            string content = _waiting[..certain];
            _waiting = _waiting[certain..];
            Emit(content);
            return false;
        }

        // A longer marker may begin at the same place.
        bool mayGrow = !isEnd && _markers.Any(marker => marker.Length > found.Marker.Length && marker.StartsWith(_waiting[found.At..], StringComparison.Ordinal));
        if (mayGrow)
        {
            Emit(_waiting[..found.At]);
            _waiting = _waiting[found.At..];
            return false;
        }

        Emit(_waiting[..found.At]);
        string rest = _waiting[(found.At + found.Marker.Length)..];
        if (_dialect!.Separators.Contains(found.Marker))
        {
            _blanks = "";
            _isBehindCall = true;
            _waiting = rest;
            return true;
        }

        Begin(found.Marker, rest);
        return true;
    }

    /// <summary>An answer of some models is calls from its first character on, or goes on with them behind a call.</summary>
    private bool TryBeginBare(bool isEnd, out bool waits)
    {
        waits = false;
        if (_dialect!.BareStarts.Length == 0 || _hasContent)
        {
            return false;
        }

        string text = _hasCalls ? _waiting.TrimStart(' ', '\t', '\r', '\n', ';') : _waiting.TrimStart();
        waits = text.Length == 0 && _hasCalls && !isEnd;
        if (text.Length == 0 || !_dialect.BareStarts.Contains(text[0], StringComparison.Ordinal))
        {
            return false;
        }

        _blanks += _waiting[..^text.Length];
        _waiting = "";
        Begin("", text);
        return true;
    }

    private void Begin(string start, string rest)
    {
        _waiting = "";
        _start = start;
        _body.Clear().Append(rest);
        _scanner = default;
        _searched = 0;
        _length = null;
        _state = State.Call;
    }

    /// <summary>Reads a call to its end; true where it ended.</summary>
    private bool ReadCall(bool isEnd)
    {
        string body = _body.ToString();
        int? length;
        int consumed;
        bool isCutOff = false;
        if (_dialect!.Syntax.EndsAtMarker)
        {
            int end = body.IndexOf(_dialect.End!, Math.Max(0, _searched - _dialect.End!.Length), StringComparison.Ordinal);
            _searched = body.Length;
            isCutOff = end < 0 && _dialect.Syntax.NeedsEnd;
            length = end >= 0 ? end : isEnd ? body.Length : null;
            consumed = end >= 0 ? end + _dialect.End.Length : body.Length;
        }
        else
        {
            length = _length ??= _dialect.Syntax.FindLength(body, ref _scanner);
            consumed = length ?? body.Length;
            if (length is null && isEnd)
            {
                // Brackets are missing: the end marker, if it is there, keeps the damage small.
                int end = _dialect.End is null ? -1 : body.IndexOf(_dialect.End, StringComparison.Ordinal);
                length = _length = end >= 0 ? end : body.Length;
            }

            if (length is { } known && !TryTakeEnd(body, known, isEnd, out consumed))
            {
                return false;
            }
        }

        if (length is null)
        {
            return false;
        }

        List<ToolCall> calls = [];
        _state = State.Content;
        bool isCall = length > 0 && !isCutOff && _dialect.Syntax.TryParse(body[..length.Value], _types, calls);
        if (isCall)
        {
            _blanks = "";
            _hasCalls = true;
            _isBehindCall = true;
            _deltas.AddRange(calls.Select(call => new OutputDelta.Call(call)));
            _waiting = body[consumed..];
        }
        else
        {
            Emit(_start + body[..consumed]);
            _waiting = body[consumed..];
        }

        return true;
    }

    /// <summary>Takes the end marker behind a call that ends by itself; false where it may still come.</summary>
    private bool TryTakeEnd(string body, int length, bool isEnd, out int consumed)
    {
        consumed = length;
        if (_dialect!.End is not { } end)
        {
            return true;
        }

        string rest = body[length..];
        string trimmed = rest.TrimStart();
        if (trimmed.StartsWith(end, StringComparison.Ordinal))
        {
            consumed = length + rest.Length - trimmed.Length + end.Length;
            return true;
        }

        return isEnd || !end.StartsWith(trimmed, StringComparison.Ordinal);
    }

    private void Emit(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        string all = _blanks + text;
        string kept = all.TrimEnd();
        _blanks = all[kept.Length..];
        if (_isBehindCall && kept.Length > 0)
        {
            kept = kept.TrimStart();
            _isBehindCall = false;
        }

        if (kept.Length > 0)
        {
            _hasContent = true;
            _deltas.Add(new OutputDelta.Content(kept));
        }
    }
}
