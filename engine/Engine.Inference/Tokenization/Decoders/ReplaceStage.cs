namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Replaces the matches of a pattern inside each token.</summary>
internal sealed class ReplaceStage(TextPattern pattern, byte[] content) : WholeTokenStage
{
    private readonly ByteList _replaced = new();

    protected override void PushWhole(ReadOnlySpan<byte> token)
    {
        if (token.IsEmpty)
        {
            PushToken(token);
            return;
        }

        MatchEnumerator matches = pattern.Matches(token);
        int copied = 0;
        while (matches.TryNext(out int start, out int end))
        {
            _replaced.Add(token[copied..start]);
            _replaced.Add(content);
            copied = end;
        }

        _replaced.Add(token[copied..]);
        PushToken(_replaced.Span);
        _replaced.Clear();
    }
}
