using Engine.Inference.Tokenization.Models;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>
/// Merges of vocabularies that list tokens and their ranks only: two neighbours merge if what they make together is a token, whichever two
/// they are. Every way to split a token is such a merge.
/// </summary>
internal static class RankedMerges
{
    /// <summary>Adds the merges that make one token; with <paramref name="onCharacters"/> only splits between characters count.</summary>
    public static void AddSplits(MergeTable merges, Vocabulary vocabulary, ReadOnlySpan<byte> token, int rank, int id, bool onCharacters)
    {
        for (int split = 1; split < token.Length; split++)
        {
            if (onCharacters && (token[split] & 0xC0) == 0x80)
            {
                continue;
            }

            if (vocabulary.TryGetId(token[..split], out int left) && vocabulary.TryGetId(token[split..], out int right))
            {
                merges.Add(left, right, rank, id);
            }
        }
    }

    /// <summary>A model over bytes of tokens in the order of their ranks.</summary>
    /// <param name="tokens">The tokens as bytes with their ids, by rank.</param>
    public static BpeModel Build(IReadOnlyList<(byte[] Bytes, int Id)> tokens)
    {
        Vocabulary raw = new(tokens.Count);
        Vocabulary spelled = new(tokens.Count);
        byte[] spelling = new byte[64];
        foreach ((byte[] bytes, int id) in tokens)
        {
            raw.Add(bytes, id);
            if (spelling.Length < 2 * bytes.Length)
            {
                spelling = new byte[4 * bytes.Length];
            }

            int length = 0;
            foreach (byte value in bytes)
            {
                length += Utf8.Encode(ByteAlphabet.CharacterOf(value), spelling.AsSpan(length));
            }

            spelled.Add(spelling.AsSpan(0, length), id);
        }

        MergeTable merges = new(tokens.Count * 2);
        for (int rank = 0; rank < tokens.Count; rank++)
        {
            AddSplits(merges, raw, tokens[rank].Bytes, rank, tokens[rank].Id, onCharacters: false);
        }

        return new BpeModel(spelled, merges, new BpeOptions { IgnoreMerges = true, TakesBytes = true });
    }
}
