namespace Engine.Inference.Tokenization.Unicode;

/// <summary>Extended grapheme clusters (Unicode annex 29): what a reader takes for one character.</summary>
internal static class GraphemeClusters
{
    private static readonly CodePointLabels Classes = UnicodeData.Labels("grapheme");
    private static readonly CodePointSet Pictographic = UnicodeData.Set("extendedpictographic");

    private static readonly int CarriageReturn = Classes.NumberOf("CR");
    private static readonly int LineFeed = Classes.NumberOf("LF");
    private static readonly int Control = Classes.NumberOf("Control");
    private static readonly int Extend = Classes.NumberOf("Extend");
    private static readonly int Joiner = Classes.NumberOf("ZWJ");
    private static readonly int Prepend = Classes.NumberOf("Prepend");
    private static readonly int SpacingMark = Classes.NumberOf("SpacingMark");
    private static readonly int Regional = Classes.NumberOf("Regional_Indicator");
    private static readonly int L = Classes.NumberOf("L");
    private static readonly int V = Classes.NumberOf("V");
    private static readonly int T = Classes.NumberOf("T");
    private static readonly int LV = Classes.NumberOf("LV");
    private static readonly int LVT = Classes.NumberOf("LVT");

    /// <summary>Where the cluster that begins at <paramref name="position"/> ends.</summary>
    public static int End(ReadOnlySpan<byte> text, int position)
    {
        int codePoint = Utf8.Decode(text, position, out int length);
        position += length;
        int before = Classes.Of(codePoint);
        int regionals = before == Regional ? 1 : 0;

        // An emoji, then any Extend characters, then a joiner: only then the next emoji belongs to it.
        bool pictographic = Pictographic.Contains(codePoint);
        while (position < text.Length)
        {
            codePoint = Utf8.Decode(text, position, out length);
            int after = Classes.Of(codePoint);
            bool emojiFollows = before == Joiner && pictographic && Pictographic.Contains(codePoint);
            if (!Continues(before, after, regionals, emojiFollows))
            {
                return position;
            }

            regionals += after == Regional ? 1 : 0;
            pictographic = Pictographic.Contains(codePoint) || pictographic && (after == Extend || after == Joiner);
            before = after;
            position += length;
        }

        return position;
    }

    private static bool Continues(int before, int after, int regionals, bool emojiFollows)
    {
        if (before == CarriageReturn)
        {
            return after == LineFeed;
        }

        if (before == Control || before == LineFeed || after == Control || after == CarriageReturn || after == LineFeed)
        {
            return false;
        }

        if (before == L && (after == L || after == V || after == LV || after == LVT)
            || (before == LV || before == V) && (after == V || after == T)
            || (before == LVT || before == T) && after == T)
        {
            return true;
        }

        return after == Extend || after == Joiner || after == SpacingMark || before == Prepend || emojiFollows
            || before == Regional && after == Regional && regionals % 2 == 1;
    }
}
