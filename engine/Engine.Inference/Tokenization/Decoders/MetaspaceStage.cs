namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Turns the visible space back into a space, and leaves out those of the first token where one was put in front.</summary>
internal sealed class MetaspaceStage(byte[] replacement, bool prepended) : DecoderStage
{
    private bool _pastFirst;

    public override void Push(ReadOnlySpan<byte> text, bool begins, bool ends)
    {
        bool first = begins;
        for (int place = text.IndexOf(replacement); place >= 0; place = text.IndexOf(replacement))
        {
            Next!.Push(text[..place], first, ends: false);
            if (_pastFirst || !prepended)
            {
                Next.Push(" "u8, begins: false, ends: false);
            }

            first = false;
            text = text[(place + replacement.Length)..];
        }

        Next!.Push(text, first, ends);
        _pastFirst |= ends;
    }

    public override void CopyTo(DecoderStage other) => ((MetaspaceStage)other)._pastFirst = _pastFirst;
}
