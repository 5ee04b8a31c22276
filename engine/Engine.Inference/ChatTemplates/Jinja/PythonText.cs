using System.Globalization;
using System.Text;

namespace Engine.Inference.ChatTemplates.Jinja;

/// <summary>What Python's <c>str</c> takes for white space, printable and line ends.</summary>
internal static class PythonText
{
    /// <summary>All characters for which <c>str.isspace</c> is true.</summary>
    public const string WhiteSpace =
        "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    public static bool IsSpace(char c) => c < 128 ? c is ' ' or (>= '\t' and <= '\r') or (>= '\u001c' and <= '\u001f') : char.IsWhiteSpace(c);

    /// <summary>Whether <c>str.splitlines</c> ends a line there. A <c>\r\n</c> is one end.</summary>
    public static bool IsLineEnd(char c) => c is '\n' or '\r' or '\v' or '\f' or '\u001c' or '\u001d' or '\u001e' or '\u0085' or '\u2028' or '\u2029';

    /// <summary>Whether <c>repr</c> shows the character as it is.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>The number of code points. Lone surrogates count as one each, as in Python.</summary>
    public static int CodePointCount(string text)
    {
        int count = text.Length;
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && char.IsLowSurrogate(text[i + 1]))
            {
                count--;
                i++;
            }
        }

        return count;
    }

    /// <summary>The UTF-16 place of a code point index between 0 and the number of code points.</summary>
    public static int Utf16Index(string text, int codePointIndex)
    {
        int at = 0;
        for (int i = 0; i < codePointIndex; i++)
        {
            at += CharacterLength(text, at);
        }

        return at;
    }

    /// <summary>1, or 2 where a surrogate pair begins.</summary>
    public static int CharacterLength(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    /// <summary>Compares by code points; UTF-16 order differs where one text has characters beyond the basic plane.</summary>
    public static int Compare(string left, string right)
    {
        int length = Math.Min(left.Length, right.Length);
        int at = left.AsSpan(0, length).CommonPrefixLength(right.AsSpan(0, length));
        if (at == length)
        {
            return left.Length.CompareTo(right.Length);
        }

        char a = left[at];
        char b = right[at];
        bool isPairA = char.IsSurrogate(a);
        bool isPairB = char.IsSurrogate(b);
        return isPairA == isPairB ? a.CompareTo(b) : isPairA ? 1 : -1;
    }
}
