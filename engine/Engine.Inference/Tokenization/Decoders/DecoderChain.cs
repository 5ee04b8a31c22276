namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Stages in a row, with a sink behind the last that collects the text.</summary>
internal sealed class DecoderChain
{
    private readonly DecoderStage[] _stages;
    private readonly TextSink _sink = new();

    public DecoderChain(IReadOnlyList<Func<DecoderStage>> stages)
    {
        _stages = new DecoderStage[stages.Count + 1];
        for (int i = 0; i < stages.Count; i++)
        {
            _stages[i] = stages[i]();
        }

        _stages[^1] = _sink;
        for (int i = 0; i < stages.Count; i++)
        {
            _stages[i].Next = _stages[i + 1];
        }
    }

    /// <summary>The text that has come out and was not taken yet.</summary>
    public ReadOnlySpan<byte> Output => _sink.Text;

    public void ClearOutput() => _sink.Clear();

    public void Push(ReadOnlySpan<byte> token) => _stages[0].Push(token, begins: true, ends: true);

    public void Finish() => _stages[0].Finish();

    /// <summary>Makes another chain of the same stages go on from here, without the output.</summary>
    public void CopyTo(DecoderChain other)
    {
        for (int i = 0; i < _stages.Length - 1; i++)
        {
            _stages[i].CopyTo(other._stages[i]);
        }

        other.ClearOutput();
    }

    private sealed class TextSink : DecoderStage
    {
        private readonly ByteList _text = new();

        public ReadOnlySpan<byte> Text => _text.Span;

        public void Clear() => _text.Clear();

        public override void Push(ReadOnlySpan<byte> text, bool begins, bool ends) => _text.Add(text);

        public override void Finish()
        {
        }
    }
}
