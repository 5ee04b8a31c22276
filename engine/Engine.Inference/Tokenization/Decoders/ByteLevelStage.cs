using System.Buffers;
using System.Text;

namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Turns the printable stand-ins back into bytes and the bytes into text, with U+FFFD for what is not UTF-8. Everything is one token.</summary>
internal sealed class ByteLevelStage : DecoderStage
{
    private readonly ByteList _pending = new();
    private byte[] _buffer = new byte[64];
    private bool _begun;

    public override void Push(ReadOnlySpan<byte> text, bool begins, bool ends)
    {
        if (_buffer.Length < text.Length)
        {
            _buffer = new byte[text.Length * 2];
        }

        if (ByteAlphabet.TryDecode(text, _buffer, out int count))
        {
            text = _buffer.AsSpan(0, count);
        }

        if (_pending.Count == 0 && System.Text.Unicode.Utf8.IsValid(text))
        {
            Give(text);
            return;
        }

        _pending.Add(text);
        GivePending(final: false);
    }

    public override void Finish()
    {
        GivePending(final: true);
        Next!.Push([], begins: !_begun, ends: true);
        Next.Finish();
    }

    public override void CopyTo(DecoderStage other)
    {
        ByteLevelStage stage = (ByteLevelStage)other;
        stage._pending.Set(_pending.Span);
        stage._begun = _begun;
    }

    private void GivePending(bool final)
    {
        while (_pending.Count > 0)
        {
            OperationStatus status = Rune.DecodeFromUtf8(_pending.Span, out _, out int consumed);
            if (status == OperationStatus.NeedMoreData && !final)
            {
                return;
            }

            Give(status == OperationStatus.Done ? _pending.Span[..consumed] : "\uFFFD"u8);
            _pending.RemoveFirst(consumed);
        }
    }

    private void Give(ReadOnlySpan<byte> text)
    {
        Next!.Push(text, begins: !_begun, ends: false);
        _begun = true;
    }
}
