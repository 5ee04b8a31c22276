namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Makes one token of all.</summary>
internal sealed class FuseStage : DecoderStage
{
    private bool _begun;

    public override void Push(ReadOnlySpan<byte> text, bool begins, bool ends)
    {
        Next!.Push(text, begins: !_begun, ends: false);
        _begun = true;
    }

    public override void Finish()
    {
        Next!.Push([], begins: !_begun, ends: true);
        Next.Finish();
    }

    public override void CopyTo(DecoderStage other) => ((FuseStage)other)._begun = _begun;
}
