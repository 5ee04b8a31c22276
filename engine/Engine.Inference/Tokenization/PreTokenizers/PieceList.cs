using System.Runtime.InteropServices;

namespace Engine.Inference.Tokenization.PreTokenizers;

/// <summary>
/// A text and the pieces it is split into. Steps replace the pieces by smaller ones, or write the text anew. Reused from text to text.
/// </summary>
internal sealed class PieceList
{
    private readonly TextBuffer _text = new();
    private readonly List<(int Start, int End, bool IsMatch)> _events = [];
    private List<Piece> _pieces = [];
    private List<Piece> _next = [];

    public ReadOnlySpan<byte> Text => _text.Span;

    public ReadOnlySpan<Piece> Pieces => CollectionsMarshal.AsSpan(_pieces);

    public void Set(ReadOnlySpan<byte> text, bool atOrigin)
    {
        _text.Set(text, atOrigin);
        _pieces.Clear();
        if (text.Length > 0)
        {
            _pieces.Add(new Piece(0, text.Length, atOrigin));
        }
    }

    /// <summary>Splits every piece at the matches of a pattern, or with <paramref name="invert"/> at what is between them.</summary>
    public void Split(TextPattern pattern, SplitBehavior behavior, bool invert = false)
    {
        foreach (Piece piece in _pieces)
        {
            ReadOnlySpan<byte> text = _text.Span.Slice(piece.Start, piece.Length);
            MatchEnumerator matches = pattern.Matches(text);
            _events.Clear();
            int previous = 0;
            while (matches.TryNext(out int start, out int end))
            {
                if (start > previous)
                {
                    _events.Add((previous, start, invert));
                }

                _events.Add((start, end, !invert));
                previous = end;
            }

            if (previous < text.Length)
            {
                _events.Add((previous, text.Length, invert));
            }

            AddParts(piece, behavior);
        }

        TakeNext();
    }

    /// <summary>Splits every piece where <paramref name="cut"/> says so: it gives the length of the first part of what is left,
    /// as a negative number if that part is dropped.</summary>
    public void SplitAt(Func<ReadOnlySpan<byte>, int> cut)
    {
        foreach (Piece piece in _pieces)
        {
            for (int start = 0; start < piece.Length;)
            {
                int length = cut(_text.Span.Slice(piece.Start + start, piece.Length - start));
                if (length > 0)
                {
                    _next.Add(new Piece(piece.Start + start, length, piece.AtOrigin && start == 0));
                }

                start += Math.Abs(length);
            }
        }

        TakeNext();
    }

    /// <summary>Writes every piece anew.</summary>
    public void Rewrite(Action<Piece, ReadOnlySpan<byte>, TextBuffer> write)
    {
        foreach (Piece piece in _pieces)
        {
            int start = _text.AppendedLength;
            write(piece, _text.Span.Slice(piece.Start, piece.Length), _text);
            if (_text.AppendedLength > start)
            {
                _next.Add(new Piece(start, _text.AppendedLength - start, piece.AtOrigin));
            }
        }

        _text.Commit();
        TakeNext();
    }

    public void Trim(int maximum)
    {
        _text.Trim(maximum);
        if (_pieces.Capacity > maximum || _next.Capacity > maximum || _events.Capacity > maximum)
        {
            _pieces = [];
            _next = [];
            _events.Clear();
            _events.TrimExcess();
        }
    }

    private void AddParts(Piece piece, SplitBehavior behavior)
    {
        int first = _next.Count;
        bool previousMatched = false;
        if (behavior == SplitBehavior.MergedWithNext)
        {
            // As MergedWithPrevious, seen from the end.
            for (int i = _events.Count - 1; i >= 0; i--)
            {
                (int start, int end, bool isMatch) = _events[i];
                if (isMatch && !previousMatched && _next.Count > first)
                {
                    Piece last = _next[^1];
                    _next[^1] = last with { Start = piece.Start + start, Length = last.Start + last.Length - piece.Start - start };
                }
                else
                {
                    _next.Add(new Piece(piece.Start + start, end - start, false));
                }

                previousMatched = isMatch;
            }

            _next.Reverse(first, _next.Count - first);
        }
        else
        {
            foreach ((int start, int end, bool isMatch) in _events)
            {
                bool extends = behavior switch
                {
                    SplitBehavior.Contiguous => isMatch == previousMatched,
                    SplitBehavior.MergedWithPrevious => isMatch && !previousMatched,
                    _ => false,
                };
                if (extends && _next.Count > first)
                {
                    _next[^1] = _next[^1] with { Length = piece.Start + end - _next[^1].Start };
                }
                else if (behavior != SplitBehavior.Removed || !isMatch)
                {
                    _next.Add(new Piece(piece.Start + start, end - start, false));
                }

                previousMatched = isMatch;
            }
        }

        DropEmptyAndMarkOrigin(piece, first);
    }

    private void DropEmptyAndMarkOrigin(Piece piece, int first)
    {
        int written = first;
        for (int i = first; i < _next.Count; i++)
        {
            if (_next[i].Length > 0)
            {
                _next[written++] = _next[i] with { AtOrigin = piece.AtOrigin && _next[i].Start == piece.Start };
            }
        }

        _next.RemoveRange(written, _next.Count - written);
    }

    private void TakeNext()
    {
        (_pieces, _next) = (_next, _pieces);
        _next.Clear();
    }
}

/// <summary>A piece of the text; <paramref name="AtOrigin"/> where it begins at the beginning of the whole input.</summary>
internal readonly record struct Piece(int Start, int Length, bool AtOrigin);
