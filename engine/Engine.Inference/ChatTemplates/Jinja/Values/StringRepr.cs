using System.Globalization;
using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>repr</c> of a string: single quotes unless only those occur inside, and escapes for what cannot be seen.</summary>
internal static class StringRepr
{
    public static void Write(TextBuilder builder, StringValue value)
    {
        string text = value.Text;
        char quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        builder.Append(quote);
        int from = 0;
        for (int i = 0; i < text.Length;)
        {
            int length = PythonText.CharacterLength(text, i);
            string? escape = Escape(text, i, quote);
            if (escape is not null)
            {
                builder.Append(value, from, i - from);
                builder.Append(escape, value.IsContentAt(i, i + length));
                from = i + length;
            }

            i += length;
        }

        builder.Append(value, from, text.Length - from);
        builder.Append(quote);
    }

    private static string? Escape(string text, int at, char quote)
    {
        char c = text[at];
        if (c == quote || c == '\\')
        {
            return "\\" + c;
        }

        if (c is >= ' ' and < (char)127)
        {
            return null;
        }

        switch (c)
        {
            case '\n': return "\\n";
            case '\r': return "\\r";
            case '\t': return "\\t";
        }

        if (!Rune.TryGetRuneAt(text, at, out Rune rune))
        {
            return "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture);
        }

        return PythonText.IsPrintable(rune) ? null
            : rune.Value < 0x100 ? "\\x" + rune.Value.ToString("x2", CultureInfo.InvariantCulture)
            : rune.Value < 0x10000 ? "\\u" + rune.Value.ToString("x4", CultureInfo.InvariantCulture)
            : "\\U" + rune.Value.ToString("x8", CultureInfo.InvariantCulture);
    }
}
