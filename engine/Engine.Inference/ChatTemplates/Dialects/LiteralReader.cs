using System.Text;

namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>
/// Reads literals that are nearly JSON, and gives them as JSON: Python's (single quotes, <c>True</c>, tuples) and Gemma's (bare keys, strings
/// between quote tokens).
/// </summary>
internal sealed class LiteralReader(string text, string? quoteToken)
{
    private const int DeepestNesting = 64;

    private int _depth;

    public int Position { get; set; }

    public bool IsAtEnd => Position >= text.Length;

    public void SkipSpace()
    {
        while (Position < text.Length && char.IsWhiteSpace(text[Position]))
        {
            Position++;
        }
    }

    public bool TryTake(char expected)
    {
        SkipSpace();
        bool isThere = Position < text.Length && text[Position] == expected;
        Position += isThere ? 1 : 0;
        return isThere;
    }

    /// <summary>An identifier with dots and hyphens.</summary>
    public string? ReadName()
    {
        SkipSpace();
        int start = Position;
        while (Position < text.Length && (char.IsLetterOrDigit(text[Position]) || text[Position] is '_' or '.' or '-'))
        {
            Position++;
        }

        return Position == start ? null : text[start..Position];
    }

    /// <summary>A value as JSON; <see langword="null"/> where there is none.</summary>
    public string? ReadValue()
    {
        SkipSpace();
        if (IsAtEnd || _depth >= DeepestNesting)
        {
            return null;
        }

        _depth++;
        string? value = text[Position] switch
        {
            _ when quoteToken is not null && text.AsSpan(Position).StartsWith(quoteToken, StringComparison.Ordinal) => ReadTokenString(),
            '"' or '\'' => ReadString(),
            '[' => ReadList(']'),
            '(' => ReadList(')'),
            '{' => ReadObject(),
            _ => ReadWord(),
        };
        _depth--;
        return value;
    }

    /// <summary>Members between braces as a JSON object.</summary>
    public string? ReadObject()
    {
        if (!TryTake('{'))
        {
            return null;
        }

        List<KeyValuePair<string, string>> members = [];
        while (!TryTake('}'))
        {
            if (members.Count > 0 && !TryTake(','))
            {
                return null;
            }

            if (members.Count > 0 && TryTake('}'))
            {
                break;
            }

            string? key = ReadKey();
            if (key is null || !TryTake(':') || ReadValue() is not { } value)
            {
                return null;
            }

            members.Add(new(key, value));
        }

        return TextJson.Object(members);
    }

    private string? ReadKey()
    {
        SkipSpace();
        bool isQuoted = !IsAtEnd && (text[Position] is '"' or '\'' || (quoteToken is not null && text.AsSpan(Position).StartsWith(quoteToken, StringComparison.Ordinal)));
        if (!isQuoted)
        {
            return ReadName();
        }

        string? json = ReadValue();
        return json is null ? null : System.Text.Json.Nodes.JsonNode.Parse(json)!.GetValue<string>();
    }

    private string? ReadList(char close)
    {
        Position++;
        StringBuilder json = new("[");
        while (!TryTake(close))
        {
            if (json.Length > 1 && !TryTake(','))
            {
                return null;
            }

            if (json.Length > 1 && TryTake(close))
            {
                break;
            }

            if (ReadValue() is not { } value)
            {
                return null;
            }

            json.Append(json.Length > 1 ? ", " : "").Append(value);
        }

        return json.Append(']').ToString();
    }

    private string? ReadTokenString()
    {
        int start = Position + quoteToken!.Length;
        int end = text.IndexOf(quoteToken, start, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        Position = end + quoteToken.Length;
        return TextJson.Quote(text[start..end]);
    }

    private string? ReadString()
    {
        char quote = text[Position];
        StringBuilder value = new();
        for (int i = Position + 1; i < text.Length; i++)
        {
            if (text[i] == quote)
            {
                Position = i + 1;
                return TextJson.Quote(value.ToString());
            }

            if (text[i] == '\\' && i + 1 < text.Length)
            {
                i++;
                if (text[i] is 'u' or 'x' && TryHexadecimal(i, text[i] == 'u' ? 4 : 2, out char escaped))
                {
                    value.Append(escaped);
                    i += text[i] == 'u' ? 4 : 2;
                    continue;
                }

                value.Append(text[i] switch { 'n' => "\n", 't' => "\t", 'r' => "\r", 'b' => "\b", 'f' => "\f", '\\' or '\'' or '"' or '/' => text[i].ToString(), _ => "\\" + text[i] });
                continue;
            }

            value.Append(text[i]);
        }

        return null;
    }

    private bool TryHexadecimal(int at, int digits, out char value)
    {
        value = '\0';
        if (at + digits >= text.Length || !ushort.TryParse(text.AsSpan(at + 1, digits), System.Globalization.NumberStyles.AllowHexSpecifier, null, out ushort code))
        {
            return false;
        }

        value = (char)code;
        return true;
    }

    private string? ReadWord()
    {
        int start = Position;
        while (Position < text.Length && !(text[Position] is ',' or ')' or ']' or '}' or ':' || char.IsWhiteSpace(text[Position])))
        {
            Position++;
        }

        string word = text[start..Position];
        return word switch
        {
            "True" or "true" => "true",
            "False" or "false" => "false",
            "None" or "none" or "null" => "null",
            _ when word.Length > 0 && (char.IsAsciiDigit(word[0]) || word[0] == '-') && ArgumentTypes.IsJson(word) => word,
            _ when word.Length > 0 && quoteToken is not null => TextJson.Quote(word),
            _ => null,
        };
    }
}
