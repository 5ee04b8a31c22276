namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>Writes each byte as its printable stand-in, see <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override void Normalize(TextBuffer text)
    {
        foreach (byte value in text.Span)
        {
            text.Append(ByteAlphabet.SpellingOf(value));
        }

        text.Commit();
    }
}
