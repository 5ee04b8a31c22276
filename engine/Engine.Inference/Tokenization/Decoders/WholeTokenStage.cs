namespace Engine.Inference.Tokenization.Decoders;

/// <summary>A stage that has to see a whole token; one that arrives in parts is collected until it ends.</summary>
internal abstract class WholeTokenStage : DecoderStage
{
    private readonly ByteList _parts = new();

    public sealed override void Push(ReadOnlySpan<byte> text, bool begins, bool ends)
    {
        if (begins && ends)
        {
            PushWhole(text);
            return;
        }

        _parts.Add(text);
        if (ends)
        {
            byte[] whole = _parts.Span.ToArray();
            _parts.Clear();
            PushWhole(whole);
        }
    }

    public override void CopyTo(DecoderStage other) => ((WholeTokenStage)other)._parts.Set(_parts.Span);

    protected abstract void PushWhole(ReadOnlySpan<byte> token);
}
