using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>Leaves characters out and turns others into a plain space: the cleaning steps of BERT, NMT and accent stripping.</summary>
internal sealed class CharacterFilter(CodePointSet removed, CodePointSet spaced) : Normalizer
{
    /// <summary>Marks: what the StripAccents normalizer takes away.</summary>
    public static CharacterFilter StripAccents() => new(UnicodeData.Set("hf:mark"), CodePointSet.Empty);

    public static CharacterFilter Nmt() => new(
        new CodePointSet([0x01, 0x08, 0x0B, 0x0B, 0x0E, 0x1F, 0x7F, 0x7F, 0x8F, 0x8F, 0x9F, 0x9F]),
        new CodePointSet([
            0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x1680, 0x200B, 0x200F, 0x2028, 0x2029, 0x2581, 0x2581, 0xFEFF, 0xFEFF, 0xFFFD, 0xFFFD]));

    public static CharacterFilter BertClean() => new(
        UnicodeData.Set("hf:control").Union(CodePointSet.Of(0, 0xFFFD)), UnicodeData.WhiteSpace);

    public static CharacterFilter BertAccents() => new(UnicodeData.Set("hf:nonspacing"), CodePointSet.Empty);

    public override void Normalize(TextBuffer text)
    {
        ReadOnlySpan<byte> source = text.Span;
        int copied = 0;
        bool dropsFirst = false;
        for (int position = 0; position < source.Length;)
        {
            int codePoint = Utf8.Decode(source, position, out int length);
            bool isRemoved = removed.Contains(codePoint);
            if (isRemoved || spaced.Contains(codePoint) && codePoint != ' ')
            {
                text.Append(source[copied..position]);
                dropsFirst |= isRemoved && text.AppendedLength == 0;
                if (!isRemoved)
                {
                    text.Append((byte)' ');
                }

                copied = position + length;
            }

            position += length;
        }

        if (copied == 0)
        {
            return;
        }

        text.Append(source[copied..]);
        text.Commit();
        text.AtOrigin &= !dropsFirst;
    }
}
