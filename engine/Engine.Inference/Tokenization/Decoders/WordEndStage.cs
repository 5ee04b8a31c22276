using Engine.Inference.Tokenization.Normalizers;

namespace Engine.Inference.Tokenization.Decoders;

/// <summary>The decoder of BPE with word ends: the suffix becomes a space, but not in the last token.</summary>
internal sealed class WordEndStage(byte[] suffix) : WholeTokenStage
{
    private readonly TextPattern _suffix = TextPattern.Literal(suffix);
    private byte[]? _last;

    public override void Finish()
    {
        Give([]);
        _last = null;
        Next!.Finish();
    }

    public override void CopyTo(DecoderStage other)
    {
        base.CopyTo(other);
        ((WordEndStage)other)._last = _last;
    }

    protected override void PushWhole(ReadOnlySpan<byte> token)
    {
        Give(" "u8.ToArray());
        _last = token.ToArray();
    }

    private void Give(byte[] replacement)
    {
        if (_last is null)
        {
            return;
        }

        TextBuffer buffer = new();
        buffer.Set(_last, atOrigin: false);
        new Replace(_suffix, replacement).Normalize(buffer);
        PushToken(buffer.Span);
    }
}
