using System.Buffers;
using System.Text;

namespace Engine.Inference.Tokenization.Decoders;

/// <summary>
/// SentencePiece's own way from pieces to text: byte pieces join to characters, bytes that make none are U+FFFD each; the unknown piece has a
/// surface; the space in front of the text goes.
/// </summary>
internal sealed class SentencePieceStage(byte[] unknown, byte[] unknownSurface, bool dropsFirstSpace, bool dropsAllFirstSpaces) : WholeTokenStage
{
    private readonly ByteList _run = new();
    private bool _hasText;
    private bool _spaceSeen;

    public override void Finish()
    {
        EndRun(final: true);
        Next!.Finish();
    }

    public override void CopyTo(DecoderStage other)
    {
        base.CopyTo(other);
        SentencePieceStage stage = (SentencePieceStage)other;
        stage._run.Set(_run.Span);
        stage._hasText = _hasText;
        stage._spaceSeen = _spaceSeen;
    }

    protected override void PushWhole(ReadOnlySpan<byte> token)
    {
        if (ByteFallbackStage.TryGetByte(token, out byte value))
        {
            _run.Add([value]);
            EndRun(final: false);
            return;
        }

        EndRun(final: true);
        if (token.SequenceEqual(unknown))
        {
            Give(unknownSurface);
            return;
        }

        if (!_hasText && !_spaceSeen && dropsFirstSpace && token.StartsWith("\u2581"u8))
        {
            token = token[3..];
            _spaceSeen = !dropsAllFirstSpaces;
        }

        for (int mark = token.IndexOf("\u2581"u8); mark >= 0; mark = token.IndexOf("\u2581"u8))
        {
            Give(token[..mark]);
            Give(" "u8);
            token = token[(mark + 3)..];
        }

        Give(token);
    }

    private void EndRun(bool final)
    {
        while (_run.Count > 0)
        {
            OperationStatus status = Rune.DecodeFromUtf8(_run.Span, out _, out int consumed);
            if (status == OperationStatus.NeedMoreData && !final)
            {
                return;
            }

            // A malformed character costs one byte, and what is behind it is tried again.
            consumed = status == OperationStatus.Done ? consumed : 1;
            Give(status == OperationStatus.Done ? _run.Span[..consumed] : "\uFFFD"u8);
            _run.RemoveFirst(consumed);
        }
    }

    private void Give(ReadOnlySpan<byte> text)
    {
        _hasText |= text.Length > 0;
        if (text.Length > 0)
        {
            PushToken(text);
        }
    }
}
