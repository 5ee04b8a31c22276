using System.Globalization;
using System.Text;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>The escapes that mean the same inside and outside of brackets. Positions stand behind the backslash.</summary>
internal static class RegexEscapes
{
    public static CodePointSet NotNewline { get; } = CodePointSet.Of('\n').Complement();

    public static CodePointSet LineBreak { get; } = new([0x0A, 0x0D, 0x85, 0x85, 0x2028, 0x2029]);

    private static CodePointSet HexDigit { get; } = new(['0', '9', 'A', 'F', 'a', 'f']);

    /// <summary>Reads an escape that stands for one character; leaves the position alone if it stands for something else.</summary>
    public static bool TryCodePoint(ReadOnlySpan<int> pattern, ref int position, bool inClass, out int codePoint)
    {
        codePoint = 0;
        if (position >= pattern.Length)
        {
            return false;
        }

        int start = position;
        int c = pattern[position++];
        switch (c)
        {
            case 't': codePoint = '\t'; return true;
            case 'n': codePoint = '\n'; return true;
            case 'r': codePoint = '\r'; return true;
            case 'f': codePoint = '\f'; return true;
            case 'v': codePoint = '\v'; return true;
            case 'a': codePoint = '\a'; return true;
            case 'e': codePoint = 0x1B; return true;
            case 'b' when inClass: codePoint = '\b'; return true;
            case 'x' when position < pattern.Length && pattern[position] == '{':
                int close = pattern[position..].IndexOf('}');
                if (close > 1 && close <= 9 && TryHex(pattern.Slice(position + 1, close - 1), out codePoint) && codePoint <= CodePointSet.MaxCodePoint)
                {
                    position += close + 1;
                    return true;
                }

                throw new RegexSyntaxException("The regular expression is not usable: a \\x{…} escape is malformed.");
            case 'x':
                int digits = 0;
                while (digits < 2 && position + digits < pattern.Length && HexDigit.Contains(pattern[position + digits]))
                {
                    digits++;
                }

                TryHex(pattern.Slice(position, digits), out codePoint);
                position += digits;
                return true;
            case 'u' when position + 4 <= pattern.Length && TryHex(pattern.Slice(position, 4), out codePoint):
                position += 4;
                return true;
            case >= '0' and <= '7' when c == '0' || inClass:
                codePoint = c - '0';
                for (int i = 0; i < 2 && position < pattern.Length && pattern[position] is >= '0' and <= '7'; i++)
                {
                    codePoint = codePoint * 8 + pattern[position++] - '0';
                }

                return true;
            case >= '1' and <= '9':
                throw new RegexSyntaxException("The regular expression is not usable: back references are not supported.");
            case >= 'a' and <= 'z' or >= 'A' and <= 'Z':
                position = start;
                return false;
            default:
                codePoint = c;
                return true;
        }
    }

    /// <summary>Reads <c>\d</c>, <c>\p{…}</c> and their like.</summary>
    public static bool TrySet(ReadOnlySpan<int> pattern, ref int position, out CodePointSet? set)
    {
        set = position < pattern.Length ? pattern[position] switch
        {
            'd' => UnicodeData.Set("digit"),
            'D' => UnicodeData.Set("digit").Complement(),
            'w' => UnicodeData.Set("onig:w"),
            'W' => UnicodeData.Set("onig:w").Complement(),
            's' => UnicodeData.WhiteSpace,
            'S' => UnicodeData.WhiteSpace.Complement(),
            'h' => HexDigit,
            'H' => HexDigit.Complement(),
            'N' => NotNewline,
            'O' => CodePointSet.All,
            _ => null,
        } : null;
        if (set is not null)
        {
            position++;
            return true;
        }

        if (position + 1 >= pattern.Length || pattern[position] is not ('p' or 'P') || pattern[position + 1] != '{')
        {
            return false;
        }

        int close = pattern[position..].IndexOf('}');
        if (close < 0)
        {
            throw new RegexSyntaxException("The regular expression is not usable: a \\p{…} is not closed.");
        }

        set = Property(pattern.Slice(position + 2, close - 2), negative: pattern[position] == 'P');
        position += close + 1;
        return true;
    }

    private static CodePointSet Property(ReadOnlySpan<int> spelling, bool negative)
    {
        StringBuilder name = new();
        for (int i = 0; i < spelling.Length; i++)
        {
            switch (spelling[i])
            {
                case '^' when i == 0:
                    negative = !negative;
                    break;
                case ' ' or '-' or '_':
                    break;
                default:
                    name.Append(char.ToLowerInvariant((char)spelling[i]));
                    break;
            }
        }

        CodePointSet set = UnicodeData.TryGetSet(name.ToString())
            ?? throw new RegexSyntaxException($"The regular expression is not usable: there is no character property '{name}'.");
        return negative ? set.Complement() : set;
    }

    private static bool TryHex(ReadOnlySpan<int> digits, out int value)
    {
        value = 0;
        foreach (int digit in digits)
        {
            if (digit > 0x7F || !int.TryParse([(char)digit], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int part))
            {
                return false;
            }

            value = value * 16 + part;
        }

        return true;
    }
}
