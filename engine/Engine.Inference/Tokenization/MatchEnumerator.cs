using Engine.Inference.Tokenization.Regex;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization;

/// <summary>Steps through the matches of a <see cref="TextPattern"/>; an empty match directly behind another is none.</summary>
internal ref struct MatchEnumerator(ReadOnlySpan<byte> text, byte[]? literal, CodePointSet? set, RegexMatcher? matcher)
{
    private const int NoMatch = -1;

    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;
    private int _lastEnd = NoMatch;
    private RegexMatcher? _matcher = matcher;

    public bool TryNext(out int start, out int end)
    {
        if (literal is not null)
        {
            int found = _text[_position..].IndexOf(literal);
            start = _position + found;
            end = start + literal.Length;
            _position = found < 0 ? _text.Length : end;
            return found >= 0;
        }

        return set is not null ? TryNextOfSet(set, out start, out end) : TryNextMatch(out start, out end);
    }

    private bool TryNextOfSet(CodePointSet characters, out int start, out int end)
    {
        while (_position < _text.Length)
        {
            start = _position;
            int codePoint = Utf8.Decode(_text, start, out int length);
            _position = end = start + length;
            if (characters.Contains(codePoint))
            {
                return true;
            }
        }

        start = end = NoMatch;
        return false;
    }

    private bool TryNextMatch(out int start, out int end)
    {
        while (_matcher is not null && _position <= _text.Length)
        {
            if (!_matcher.TryFind(_text, _position, out start, out end))
            {
                break;
            }

            if (start == end && end == _lastEnd)
            {
                _position += _position < _text.Length ? Utf8.LengthOf(_text[_position]) : 1;
                continue;
            }

            _position = _lastEnd = end;
            return true;
        }

        _matcher?.Return();
        _matcher = null;
        start = end = NoMatch;
        return false;
    }
}
