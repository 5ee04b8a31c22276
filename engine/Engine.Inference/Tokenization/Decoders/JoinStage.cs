namespace Engine.Inference.Tokenization.Decoders;

/// <summary>What stands in for a missing decoder: tokens with spaces between them.</summary>
internal sealed class JoinStage : DecoderStage
{
    private bool _pastFirst;

    public override void Push(ReadOnlySpan<byte> text, bool begins, bool ends)
    {
        if (begins && _pastFirst)
        {
            PushToken(" "u8);
        }

        _pastFirst = true;
        Next!.Push(text, begins, ends);
    }

    public override void CopyTo(DecoderStage other) => ((JoinStage)other)._pastFirst = _pastFirst;
}
