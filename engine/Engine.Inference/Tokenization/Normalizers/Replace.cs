namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>Replaces every match of a pattern by a string.</summary>
internal sealed class Replace(TextPattern pattern, byte[] content) : Normalizer
{
    public override void Normalize(TextBuffer text)
    {
        ReadOnlySpan<byte> source = text.Span;
        MatchEnumerator matches = pattern.Matches(source);
        int copied = 0;
        bool any = false;
        bool dropsFirst = false;
        while (matches.TryNext(out int start, out int end))
        {
            text.Append(source[copied..start]);
            text.Append(content);
            dropsFirst |= text.AppendedLength == 0 && end > 0;
            copied = end;
            any = true;
        }

        if (!any)
        {
            return;
        }

        text.Append(source[copied..]);
        text.Commit();
        text.AtOrigin &= !dropsFirst;
    }
}
