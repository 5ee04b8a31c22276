namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Replaces the matches of a pattern inside each token.</summary>
internal sealed class ReplaceStage(TextPattern pattern, byte[] content) : WholeTokenStage
{
    protected override void PushWhole(ReadOnlySpan<byte> token)
    {
        MatchEnumerator matches = token.IsEmpty ? default : pattern.Matches(token);
        ByteList? replaced = null;
        int copied = 0;
        while (!token.IsEmpty && matches.TryNext(out int start, out int end))
        {
            replaced ??= new ByteList();
            replaced.Add(token[copied..start]);
            replaced.Add(content);
            copied = end;
        }

        if (replaced is null)
        {
            PushToken(token);
            return;
        }

        replaced.Add(token[copied..]);
        PushToken(replaced.Span);
    }
}
