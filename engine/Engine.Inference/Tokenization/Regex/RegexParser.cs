using System.Globalization;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>
/// Reads a pattern in Oniguruma's syntax, the one that tokenizer files are written in: <c>^</c> and <c>$</c> are line anchors, <c>(?m)</c> lets
/// the dot match a newline, <c>\h</c> is a hexadecimal digit, classes nest and intersect. What depends on captured text (back references,
/// subexpression calls, conditions) has no place in a tokenizer and is refused.
/// </summary>
internal sealed class RegexParser
{
    private const int MaximumLength = 20_000;
    private const int MaximumDepth = 60;
    private const int MaximumRepeat = 100_000;

    private readonly int[] _pattern;
    private int _position;
    private int _depth;

    private RegexParser(string pattern)
    {
        _pattern = CaseFolding.CodePoints(pattern);
    }

    /// <exception cref="RegexSyntaxException">The pattern is malformed or uses what is not supported.</exception>
    public static RegexNode Parse(string pattern)
    {
        if (pattern.Length > MaximumLength)
        {
            throw new RegexSyntaxException($"The pattern is longer than {MaximumLength} characters.");
        }

        RegexParser parser = new(pattern);
        RegexNode node = parser.ParseAlternation(default);
        if (parser._position < parser._pattern.Length)
        {
            throw parser.Error("unmatched ')'");
        }

        return node;
    }

    private RegexNode ParseAlternation(RegexOptions options)
    {
        if (++_depth > MaximumDepth)
        {
            throw Error("groups are nested too deeply");
        }

        List<RegexNode> alternatives = [ParseSequence(options)];
        while (Take('|'))
        {
            alternatives.Add(ParseSequence(options));
        }

        _depth--;
        return alternatives.Count == 1 ? alternatives[0] : new AlternationNode(alternatives);
    }

    private RegexNode ParseSequence(RegexOptions options)
    {
        List<RegexNode> items = [];
        List<int> literals = [];
        while (_position < _pattern.Length && _pattern[_position] is not ('|' or ')'))
        {
            if (options.Extended && SkipSpaceAndComment())
            {
                continue;
            }

            if (TakeComment())
            {
                continue;
            }

            if (TryTakeIsolatedOptions(options, out RegexOptions changed))
            {
                // "a(?i)b|c" is "a(?i:b|c)": the options rule what is left of the group, alternatives included.
                FlushLiterals(items, literals, options);
                items.Add(ParseAlternation(changed));
                break;
            }

            if (TryParseLiteral(out int literal))
            {
                if (AtQuantifier(options))
                {
                    FlushLiterals(items, literals, options);
                    items.Add(ParseQuantifiers(CaseFolding.Literal([literal], options.IgnoreCase), options));
                }
                else
                {
                    literals.Add(literal);
                }

                continue;
            }

            FlushLiterals(items, literals, options);
            items.Add(ParseQuantifiers(ParseAtom(options), options));
        }

        FlushLiterals(items, literals, options);
        return items.Count == 1 ? items[0] : new SequenceNode(items);
    }

    private static void FlushLiterals(List<RegexNode> items, List<int> literals, RegexOptions options)
    {
        if (literals.Count > 0)
        {
            items.Add(CaseFolding.Literal(literals, options.IgnoreCase));
            literals.Clear();
        }
    }

    private bool TryParseLiteral(out int codePoint)
    {
        codePoint = _pattern[_position];
        switch (codePoint)
        {
            case '(' or '[' or '.' or '^' or '$' or '*' or '+' or '?':
                return false;
            case '\\':
                int start = _position++;
                if (RegexEscapes.TryCodePoint(_pattern, ref _position, inClass: false, out codePoint))
                {
                    return true;
                }

                _position = start;
                return false;
            default:
                _position++;
                return true;
        }
    }

    private RegexNode ParseAtom(RegexOptions options)
    {
        int c = _pattern[_position++];
        switch (c)
        {
            case '(':
                return ParseGroup(options);
            case '[':
                RegexClassParser classes = new(_pattern, _position, options.IgnoreCase);
                RegexNode node = classes.ParseNode();
                _position = classes.Position;
                return node;
            case '.':
                return new SetNode(options.DotAll ? CodePointSet.All : RegexEscapes.NotNewline);
            case '^':
                return new AssertionNode(RegexAssertion.LineStart);
            case '$':
                return new AssertionNode(RegexAssertion.LineEnd);
            case '\\':
                return ParseEscape();
            default:
                throw Error("a quantifier has nothing to repeat");
        }
    }

    private RegexNode ParseEscape()
    {
        if (RegexEscapes.TrySet(_pattern, ref _position, out CodePointSet? set))
        {
            return new SetNode(set!);
        }

        int c = _position < _pattern.Length ? _pattern[_position++] : throw Error("the pattern ends with a backslash");
        return c switch
        {
            'A' => new AssertionNode(RegexAssertion.TextStart),
            'z' => new AssertionNode(RegexAssertion.TextEnd),
            'Z' => new AssertionNode(RegexAssertion.TextEndOrLastNewline),
            'b' => new AssertionNode(RegexAssertion.WordBoundary),
            'B' => new AssertionNode(RegexAssertion.NotWordBoundary),
            'X' => new GraphemeNode(),
            'R' => new AtomicNode(new AlternationNode(
                [CaseFolding.Literal(['\r', '\n'], ignoreCase: false), new SetNode(RegexEscapes.LineBreak)])),
            _ => throw Error($"'\\{char.ConvertFromUtf32(c)}' is not supported"),
        };
    }

    private RegexNode ParseGroup(RegexOptions options)
    {
        if (!Take('?'))
        {
            return CloseGroup(ParseAlternation(options));
        }

        int c = _position < _pattern.Length ? _pattern[_position++] : throw Error("the pattern ends inside a group");
        switch (c)
        {
            case ':':
                return CloseGroup(ParseAlternation(options));
            case '=':
                return CloseGroup(new LookNode(ParseAlternation(options), Behind: false, Negative: false));
            case '!':
                return CloseGroup(new LookNode(ParseAlternation(options), Behind: false, Negative: true));
            case '>':
                return CloseGroup(new AtomicNode(ParseAlternation(options)));
            case '<' when Take('='):
                return CloseGroup(new LookNode(ParseAlternation(options), Behind: true, Negative: false));
            case '<' when Take('!'):
                return CloseGroup(new LookNode(ParseAlternation(options), Behind: true, Negative: true));
            case '<':
                SkipName('>');
                return CloseGroup(ParseAlternation(options));
            case '\'':
                SkipName('\'');
                return CloseGroup(ParseAlternation(options));
            default:
                _position--;
                RegexOptions inner = ParseOptions(options);
                return Take(':') ? CloseGroup(ParseAlternation(inner)) : throw Error("an unknown kind of group");
        }
    }

    private RegexNode CloseGroup(RegexNode node) => Take(')') ? node : throw Error("a group is not closed");

    private void SkipName(char end)
    {
        while (_position < _pattern.Length && _pattern[_position] != end)
        {
            _position++;
        }

        if (!Take(end))
        {
            throw Error("a group's name is not closed");
        }
    }

    private bool TakeComment()
    {
        if (_position + 2 >= _pattern.Length || _pattern[_position] != '(' || _pattern[_position + 1] != '?' || _pattern[_position + 2] != '#')
        {
            return false;
        }

        _position += 3;
        SkipName(')');
        return true;
    }

    private bool TryTakeIsolatedOptions(RegexOptions options, out RegexOptions changed)
    {
        changed = options;
        if (_position + 2 >= _pattern.Length || _pattern[_position] != '(' || _pattern[_position + 1] != '?'
            || _pattern[_position + 2] is not ('i' or 'm' or 'x' or '-'))
        {
            return false;
        }

        int start = _position;
        _position += 2;
        changed = ParseOptions(options);
        if (Take(')'))
        {
            return true;
        }

        _position = start;
        return false;
    }

    private RegexOptions ParseOptions(RegexOptions options)
    {
        bool on = true;
        for (; _position < _pattern.Length; _position++)
        {
            switch (_pattern[_position])
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    options = options with { IgnoreCase = on };
                    break;
                case 'm':
                    options = options with { DotAll = on };
                    break;
                case 'x':
                    options = options with { Extended = on };
                    break;
                default:
                    return options;
            }
        }

        return options;
    }

    private bool AtQuantifier(RegexOptions options)
    {
        while (options.Extended && SkipSpaceAndComment())
        {
        }

        if (_position >= _pattern.Length)
        {
            return false;
        }

        int start = _position;
        bool quantifier = _pattern[_position] is '*' or '+' or '?' || TryParseInterval(out _, out _);
        _position = start;
        return quantifier;
    }

    private RegexNode ParseQuantifiers(RegexNode node, RegexOptions options)
    {
        for (int nesting = 0; AtQuantifier(options); nesting++)
        {
            if (nesting > 8)
            {
                throw Error("too many quantifiers in a row");
            }

            bool interval = TryParseInterval(out int minimum, out int maximum);
            if (!interval)
            {
                (minimum, maximum) = _pattern[_position++] switch
                {
                    '*' => (0, RepeatNode.Unbounded),
                    '+' => (1, RepeatNode.Unbounded),
                    _ => (0, 1),
                };
            }

            // Only the one-character quantifiers can be possessive: in this syntax "{2}+" repeats the pair, and "{2}?" makes it optional.
            bool lazy = !(interval && minimum == maximum) && Take('?');
            bool possessive = !interval && !lazy && Take('+');
            node = new RepeatNode(node, minimum, maximum, !lazy);
            node = possessive ? new AtomicNode(node) : node;
        }

        return node;
    }

    private bool TryParseInterval(out int minimum, out int maximum)
    {
        minimum = maximum = 0;
        int start = _position;
        if (!Take('{'))
        {
            return false;
        }

        bool hasMinimum = TryParseNumber(out minimum);
        bool hasComma = Take(',');
        bool hasMaximum = hasComma && TryParseNumber(out maximum);
        if (!(hasMinimum || hasMaximum) || !Take('}'))
        {
            _position = start;
            return false;
        }

        maximum = !hasComma ? minimum : hasMaximum ? maximum : RepeatNode.Unbounded;
        if (minimum > MaximumRepeat || maximum > MaximumRepeat && maximum != RepeatNode.Unbounded)
        {
            throw Error("a repetition count is too large");
        }

        return minimum <= maximum ? true : throw Error("a repetition's minimum is above its maximum");
    }

    private bool TryParseNumber(out int number)
    {
        number = 0;
        int start = _position;
        while (_position < _pattern.Length && _pattern[_position] is >= '0' and <= '9')
        {
            number = Math.Min(number * 10 + _pattern[_position++] - '0', MaximumRepeat + 1);
        }

        return _position > start;
    }

    private bool SkipSpaceAndComment()
    {
        if (_position >= _pattern.Length)
        {
            return false;
        }

        if (_pattern[_position] == '#')
        {
            while (_position < _pattern.Length && _pattern[_position] != '\n')
            {
                _position++;
            }

            return true;
        }

        if (_pattern[_position] is ' ' or >= '\t' and <= '\r')
        {
            _position++;
            return true;
        }

        return false;
    }

    private bool Take(char c)
    {
        if (_position < _pattern.Length && _pattern[_position] == c)
        {
            _position++;
            return true;
        }

        return false;
    }

    private RegexSyntaxException Error(string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The regular expression is not usable: {what} (at character {_position})."));

    private readonly record struct RegexOptions(bool IgnoreCase, bool DotAll, bool Extended);
}
