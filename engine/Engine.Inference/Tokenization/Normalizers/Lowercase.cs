using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>Lower case, character by character (a final sigma is a sigma like any other).</summary>
internal sealed class Lowercase : Normalizer
{
    private static readonly Dictionary<int, int[]> Mapping = UnicodeData.Mapping("lower");

    public override void Normalize(TextBuffer text)
    {
        ReadOnlySpan<byte> source = text.Span;
        int copied = 0;
        for (int position = 0; position < source.Length;)
        {
            int codePoint = Utf8.Decode(source, position, out int length);
            if (codePoint < 0x80 ? codePoint is >= 'A' and <= 'Z' : Mapping.ContainsKey(codePoint))
            {
                text.Append(source[copied..position]);
                copied = position + length;
                if (codePoint < 0x80)
                {
                    text.Append((byte)(codePoint | 0x20));
                }
                else
                {
                    foreach (int lower in Mapping[codePoint])
                    {
                        text.AppendCodePoint(lower);
                    }
                }
            }

            position += length;
        }

        if (copied > 0)
        {
            text.Append(source[copied..]);
            text.Commit();
        }
    }
}
