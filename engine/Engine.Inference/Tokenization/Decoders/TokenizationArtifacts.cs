using System.Buffers;
using Engine.Inference.Tokenization.Normalizers;

namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Takes out the spaces that English tokenization leaves in front of punctuation and contractions.</summary>
internal static class TokenizationArtifacts
{
    private static readonly (byte[] Old, byte[] New)[] Replacements =
    [
        Pair(" .", "."), Pair(" ?", "?"), Pair(" !", "!"), Pair(" ,", ","), Pair(" ' ", "'"), Pair(" n't", "n't"), Pair(" 'm", "'m"),
        Pair(" do not", " don't"), Pair(" 's", "'s"), Pair(" 've", "'ve"), Pair(" 're", "'re"),
    ];

    /// <summary>What follows the space of every replacement; most tokens have none of it.</summary>
    private static readonly SearchValues<byte> Followers = SearchValues.Create(".?!,'nd"u8);

    public static byte[] CleanUp(byte[] text)
    {
        int space = text.AsSpan().IndexOf((byte)' ');
        while (space >= 0 && space + 1 < text.Length && !Followers.Contains(text[space + 1]))
        {
            int next = text.AsSpan(space + 1).IndexOf((byte)' ');
            space = next < 0 ? -1 : space + 1 + next;
        }

        if (space < 0 || space + 1 == text.Length)
        {
            return text;
        }

        TextBuffer buffer = new();
        buffer.Set(text, atOrigin: false);
        foreach ((byte[] old, byte[] replacement) in Replacements)
        {
            new Replace(TextPattern.Literal(old), replacement).Normalize(buffer);
        }

        return buffer.Span.ToArray();
    }

    private static (byte[] Old, byte[] New) Pair(string old, string replacement) =>
        (System.Text.Encoding.ASCII.GetBytes(old), System.Text.Encoding.ASCII.GetBytes(replacement));
}
