namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Joins tokens to words: one with the prefix goes on with the word before it, another begins with a space.</summary>
internal sealed class WordPieceStage(byte[] prefix, bool cleanup) : WholeTokenStage
{
    private bool _pastFirst;

    public override void CopyTo(DecoderStage other)
    {
        base.CopyTo(other);
        ((WordPieceStage)other)._pastFirst = _pastFirst;
    }

    protected override void PushWhole(ReadOnlySpan<byte> token)
    {
        byte[] text = !_pastFirst ? token.ToArray() : token.StartsWith(prefix) ? token[prefix.Length..].ToArray() : [(byte)' ', .. token];
        _pastFirst = true;
        PushToken(cleanup ? TokenizationArtifacts.CleanUp(text) : text);
    }
}
