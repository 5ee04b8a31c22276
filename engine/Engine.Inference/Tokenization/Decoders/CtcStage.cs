using Engine.Inference.Tokenization.Normalizers;

namespace Engine.Inference.Tokenization.Decoders;

/// <summary>The decoder of speech models: repeated tokens count once, padding is left out, a delimiter is a space.</summary>
internal sealed class CtcStage(byte[] padding, byte[] delimiter, bool cleanup) : WholeTokenStage
{
    private readonly Replace _withoutPadding = new(TextPattern.Literal(padding), []);
    private readonly Replace _withSpaces = new(TextPattern.Literal(delimiter), " "u8.ToArray());
    private byte[]? _last;

    public override void CopyTo(DecoderStage other)
    {
        base.CopyTo(other);
        ((CtcStage)other)._last = _last;
    }

    protected override void PushWhole(ReadOnlySpan<byte> token)
    {
        if (_last is not null && token.SequenceEqual(_last))
        {
            return;
        }

        _last = token.ToArray();
        TextBuffer buffer = new();
        buffer.Set(token, atOrigin: false);
        _withoutPadding.Normalize(buffer);
        if (cleanup)
        {
            buffer.Set(TokenizationArtifacts.CleanUp(buffer.Span.ToArray()), atOrigin: false);
            _withSpaces.Normalize(buffer);
        }

        if (buffer.Length > 0)
        {
            PushToken(buffer.Span);
        }
    }
}
