using System.Globalization;
using System.Text;

namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>The escapes of Python string literals, as in its <c>unicode-escape</c> codec: unknown ones stay as they are written.</summary>
internal static class StringEscapes
{
    public static string Unescape(ReadOnlySpan<char> body, int line)
    {
        if (!body.Contains('\\'))
        {
            return body.ToString();
        }

        StringBuilder text = new(body.Length);
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] != '\\')
            {
                text.Append(body[i]);
                continue;
            }

            i++;
            switch (body[i])
            {
                case '\n': break;
                case '\\' or '\'' or '"': text.Append(body[i]); break;
                case 'a': text.Append('\a'); break;
                case 'b': text.Append('\b'); break;
                case 'f': text.Append('\f'); break;
                case 'n': text.Append('\n'); break;
                case 'r': text.Append('\r'); break;
                case 't': text.Append('\t'); break;
                case 'v': text.Append('\v'); break;
                case 'x': i = Hexadecimal(body, i, 2, text, line); break;
                case 'u': i = Hexadecimal(body, i, 4, text, line); break;
                case 'U': i = Hexadecimal(body, i, 8, text, line); break;
                case 'N': throw new JinjaSyntaxException(@"\N{…} escapes are not supported; write the character itself", line);
                case >= '0' and <= '7': i = Octal(body, i, text); break;
                default:
                    // The backslash before a character outside ASCII meets that character's own escape, which stays whole.
                    text.Append('\\').Append(body[i]);
                    break;
            }
        }

        return text.ToString();
    }

    private static int Hexadecimal(ReadOnlySpan<char> body, int at, int digits, StringBuilder text, int line)
    {
        if (at + digits >= body.Length
            || !uint.TryParse(body.Slice(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
            || value > 0x10FFFF)
        {
            throw new JinjaSyntaxException($@"a '\{body[at]}' escape needs {digits} hexadecimal digits", line);
        }

        if (value > 0xFFFF)
        {
            text.Append(char.ConvertFromUtf32((int)value));
        }
        else
        {
            text.Append((char)value);
        }

        return at + digits;
    }

    private static int Octal(ReadOnlySpan<char> body, int at, StringBuilder text)
    {
        int value = 0;
        int end = at;
        while (end < body.Length && end < at + 3 && body[end] is >= '0' and <= '7')
        {
            value = value * 8 + (body[end++] - '0');
        }

        text.Append((char)value);
        return end - 1;
    }
}
