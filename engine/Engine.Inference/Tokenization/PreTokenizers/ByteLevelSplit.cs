namespace Engine.Inference.Tokenization.PreTokenizers;

/// <summary>
/// GPT-2's pre-tokenizer: a space in front, words with the space before them, then every byte as its printable stand-in. The last step is left
/// out (<paramref name="mapsBytes"/>) where a model behind it takes bytes as they are.
/// </summary>
internal sealed class ByteLevelSplit(bool prefixSpace, bool useRegex, bool mapsBytes) : PreTokenizer
{
    private static readonly TextPattern Words = TextPattern.Regex(
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");

    public override void Split(PieceList pieces)
    {
        if (prefixSpace)
        {
            pieces.Rewrite(static (_, text, destination) =>
            {
                if (text[0] != ' ')
                {
                    destination.Append((byte)' ');
                }

                destination.Append(text);
            });
        }

        if (useRegex)
        {
            pieces.Split(Words, SplitBehavior.Isolated);
        }

        if (mapsBytes)
        {
            pieces.Rewrite(static (_, text, destination) =>
            {
                foreach (byte value in text)
                {
                    destination.Append(ByteAlphabet.SpellingOf(value));
                }
            });
        }
    }
}
