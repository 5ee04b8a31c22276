using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>BERT's spaces around each ideograph, which make every one a word.</summary>
internal sealed class ChineseSpacing : Normalizer
{
    private static readonly CodePointSet Ideographs = new([
        0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFAFF, 0x20000, 0x2A6DF, 0x2A700, 0x2B73F, 0x2B740, 0x2B81F, 0x2B920, 0x2CEAF, 0x2F800, 0x2FA1F]);

    public override void Normalize(TextBuffer text)
    {
        if (System.Text.Ascii.IsValid(text.Span))
        {
            return;
        }

        ReadOnlySpan<byte> source = text.Span;
        for (int position = 0; position < source.Length;)
        {
            int codePoint = Utf8.Decode(source, position, out int length);
            bool spaced = Ideographs.Contains(codePoint);
            if (spaced)
            {
                text.Append((byte)' ');
            }

            text.Append(source.Slice(position, length));
            if (spaced)
            {
                text.Append((byte)' ');
            }

            position += length;
        }

        text.Commit();
    }
}
