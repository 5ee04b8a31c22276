using System.Text;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>Reads a bracketed class: ranges, escapes, nested classes, POSIX names and intersections. Begins behind the opening bracket.</summary>
internal ref struct RegexClassParser(ReadOnlySpan<int> pattern, int position, bool ignoreCase)
{
    private const int MaximumDepth = 20;

    private readonly ReadOnlySpan<int> _pattern = pattern;
    private int _depth;

    public int Position { get; private set; } = position;

    /// <summary>The class as a node: a set, or with case folding perhaps a choice between a set and strings such as "ss" for ß.</summary>
    public RegexNode ParseNode()
    {
        bool negative = Take('^');
        CodePointSet set = ParseBody();
        if (!ignoreCase)
        {
            return new SetNode(negative ? set.Complement() : set);
        }

        CodePointSet closed = CaseFolding.Close(set);
        if (negative)
        {
            return new SetNode(closed.Complement());
        }

        List<RegexNode> alternatives = [.. CaseFolding.StringsOf(set)];
        return alternatives.Count == 0 ? new SetNode(closed) : new AlternationNode([new SetNode(closed), .. alternatives]);
    }

    private CodePointSet ParseNested()
    {
        bool negative = Take('^');
        CodePointSet set = ParseBody();
        return negative ? set.Complement() : set;
    }

    private CodePointSet ParseBody()
    {
        if (++_depth > MaximumDepth)
        {
            throw new RegexSyntaxException("The regular expression is not usable: classes are nested too deeply.");
        }

        List<int> ranges = [];
        CodePointSet sets = CodePointSet.Empty;
        CodePointSet? intersection = null;
        bool first = true;
        while (true)
        {
            if (Position >= _pattern.Length)
            {
                throw new RegexSyntaxException("The regular expression is not usable: a class is not closed.");
            }

            if (!first && Take(']'))
            {
                break;
            }

            first = false;
            if (Peek(0) == '&' && Peek(1) == '&')
            {
                Position += 2;
                CodePointSet left = Join(ranges, sets);
                intersection = intersection is null ? left : intersection.Intersect(left);
                ranges.Clear();
                sets = CodePointSet.Empty;
                continue;
            }

            if (Peek(0) == '[')
            {
                Position++;
                sets = sets.Union(TryParsePosix(out CodePointSet? posix) ? posix! : ParseNested());
                continue;
            }

            if (TryParseSet(out CodePointSet? set))
            {
                sets = sets.Union(set!);
                continue;
            }

            ParseRange(ranges);
        }

        _depth--;
        CodePointSet joined = Join(ranges, sets);
        return intersection is null ? joined : intersection.Intersect(joined);
    }

    private void ParseRange(List<int> ranges)
    {
        int low = ParseCharacter();
        int high = low;
        bool isRange = Peek(0) == '-' && Peek(1) is not (']' or -1) && !(Peek(1) == '[' || Peek(1) == '&' && Peek(2) == '&');
        if (isRange)
        {
            int dash = Position++;
            if (TryParseSet(out _))
            {
                Position = dash;
            }
            else
            {
                high = ParseCharacter();
            }
        }

        if (high < low)
        {
            throw new RegexSyntaxException("The regular expression is not usable: a range of a class is empty.");
        }

        ranges.Add(low);
        ranges.Add(high);
    }

    private int ParseCharacter()
    {
        int c = _pattern[Position++];
        if (c != '\\')
        {
            return c;
        }

        int position = Position;
        if (!RegexEscapes.TryCodePoint(_pattern, ref position, inClass: true, out int codePoint))
        {
            // An escaped letter without a meaning is the letter.
            codePoint = position < _pattern.Length
                ? _pattern[position++]
                : throw new RegexSyntaxException("The regular expression is not usable: a class ends with a backslash.");
        }

        Position = position;
        return codePoint;
    }

    private bool TryParseSet(out CodePointSet? set)
    {
        set = null;
        if (Peek(0) != '\\')
        {
            return false;
        }

        int position = Position + 1;
        if (position < _pattern.Length && _pattern[position] == 'R')
        {
            return false;
        }

        if (!RegexEscapes.TrySet(_pattern, ref position, out set))
        {
            return false;
        }

        Position = position;
        return true;
    }

    /// <summary>Reads <c>[:name:]</c>, of which the first bracket is already taken.</summary>
    private bool TryParsePosix(out CodePointSet? set)
    {
        set = null;
        if (Peek(0) != ':')
        {
            return false;
        }

        int position = Position + 1;
        bool negative = position < _pattern.Length && _pattern[position] == '^';
        position += negative ? 1 : 0;
        StringBuilder name = new();
        while (position < _pattern.Length && _pattern[position] is >= 'a' and <= 'z')
        {
            name.Append((char)_pattern[position++]);
        }

        if (position + 1 >= _pattern.Length || _pattern[position] != ':' || _pattern[position + 1] != ']')
        {
            return false;
        }

        set = name.ToString() switch
        {
            "punct" => UnicodeData.Set("p").Union(UnicodeData.Set("s")),
            "word" or "alpha" or "alnum" or "digit" or "upper" or "lower" or "cntrl" or "print" or "graph" or "space" or "blank" or "xdigit" or "ascii" =>
                UnicodeData.Set(name.ToString()),
            _ => throw new RegexSyntaxException($"The regular expression is not usable: there is no class '[:{name}:]'."),
        };
        set = negative ? set.Complement() : set;
        Position = position + 2;
        return true;
    }

    private static CodePointSet Join(List<int> ranges, CodePointSet sets)
    {
        CodePointSet joined = sets;
        if (ranges.Count > 0)
        {
            int[] sorted = ranges.ToArray();
            int[] lows = new int[sorted.Length / 2];
            int[] highs = new int[sorted.Length / 2];
            for (int i = 0; i < lows.Length; i++)
            {
                (lows[i], highs[i]) = (sorted[2 * i], sorted[2 * i + 1]);
            }

            Array.Sort(lows, highs);
            for (int i = 0; i < lows.Length; i++)
            {
                (sorted[2 * i], sorted[2 * i + 1]) = (lows[i], highs[i]);
            }

            joined = joined.Union(new CodePointSet(sorted));
        }

        return joined;
    }

    private readonly int Peek(int ahead) => Position + ahead < _pattern.Length ? _pattern[Position + ahead] : -1;

    private bool Take(char c)
    {
        if (Peek(0) != c)
        {
            return false;
        }

        Position++;
        return true;
    }
}
