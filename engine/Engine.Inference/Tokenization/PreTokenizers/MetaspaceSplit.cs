namespace Engine.Inference.Tokenization.PreTokenizers;

/// <summary>SentencePiece's spaces: each becomes a visible character (▁), one is put in front, and words begin with it.</summary>
internal sealed class MetaspaceSplit(byte[] replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly TextPattern _replacement = TextPattern.Literal(replacement);

    public override void Split(PieceList pieces)
    {
        pieces.Rewrite((piece, text, destination) =>
        {
            bool prepends = scheme == PrependScheme.Always || scheme == PrependScheme.First && piece.AtOrigin;
            if (prepends && text[0] != ' ' && !text.StartsWith(replacement))
            {
                destination.Append(replacement);
            }

            for (int space = text.IndexOf((byte)' '); space >= 0; space = text.IndexOf((byte)' '))
            {
                destination.Append(text[..space]);
                destination.Append(replacement);
                text = text[(space + 1)..];
            }

            destination.Append(text);
        });
        if (split)
        {
            pieces.Split(_replacement, SplitBehavior.MergedWithNext);
        }
    }
}

/// <summary>Where a space is put in front: at every piece, at the one that begins the input, nowhere.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}
