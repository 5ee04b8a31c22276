using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>Takes white space off the ends.</summary>
internal sealed class Strip(bool left, bool right) : Normalizer
{
    public override void Normalize(TextBuffer text)
    {
        ReadOnlySpan<byte> source = text.Span;
        int start = 0;
        while (left && start < source.Length && UnicodeData.WhiteSpace.Contains(Utf8.Decode(source, start, out int length)))
        {
            start += length;
        }

        int end = source.Length;
        while (right && end > start && UnicodeData.WhiteSpace.Contains(Utf8.Decode(source, Utf8.Previous(source, end), out int length)))
        {
            end -= length;
        }

        text.AtOrigin &= start == 0;
        text.Slice(start, end - start);
    }
}
