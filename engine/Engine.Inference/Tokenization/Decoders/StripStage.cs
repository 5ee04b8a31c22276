namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Takes up to a number of one character off the beginning and the end of each token.</summary>
internal sealed class StripStage(byte[] content, int start, int stop) : DecoderStage
{
    private int _leadingLeft;
    private int _held;

    public override void Push(ReadOnlySpan<byte> text, bool begins, bool ends)
    {
        if (begins)
        {
            _leadingLeft = start;
            _held = 0;
        }

        while (_leadingLeft > 0 && text.Length > 0)
        {
            if (!text.StartsWith(content))
            {
                _leadingLeft = 0;
                break;
            }

            text = text[content.Length..];
            _leadingLeft--;
        }

        bool first = begins;
        if (stop == 0)
        {
            Next!.Push(text, first, ends);
            return;
        }

        // The last characters are held back: whether they are at the end is not known yet.
        int kept = text.Length;
        int trailing = 0;
        while (trailing < stop && kept > 0 && text[..kept].EndsWith(content))
        {
            kept -= content.Length;
            trailing++;
        }

        if (kept == 0)
        {
            int all = _held + trailing;
            int released = Math.Max(0, all - stop);
            Release(released, ref first);
            _held = all - released;
        }
        else
        {
            Release(_held, ref first);
            Next!.Push(text[..kept], first, ends: false);
            first = false;
            _held = trailing;
        }

        if (ends)
        {
            Next!.Push([], first, ends: true);
            _held = 0;
        }
        else if (first)
        {
            Next!.Push([], begins: true, ends: false);
        }
    }

    public override void CopyTo(DecoderStage other)
    {
        StripStage strip = (StripStage)other;
        strip._leadingLeft = _leadingLeft;
        strip._held = _held;
    }

    private void Release(int count, ref bool first)
    {
        for (int i = 0; i < count; i++)
        {
            Next!.Push(content, first, ends: false);
            first = false;
        }
    }
}
