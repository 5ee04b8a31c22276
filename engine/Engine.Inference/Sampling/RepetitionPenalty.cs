namespace Engine.Inference.Sampling;

/// <summary>Divides positive and multiplies negative logits of tokens that prompt or answer have (arXiv 1909.05858), each once.</summary>
internal sealed class RepetitionPenalty(float penalty, ReadOnlySpan<int> promptTokens) : ILogitsProcessor
{
    private readonly HashSet<int> _tokens = [.. promptTokens];

    public void Process(Span<float> logits, int tokenIndex)
    {
        foreach (int token in _tokens)
        {
            if ((uint)token < (uint)logits.Length)
            {
                ref float logit = ref logits[token];
                logit = logit > 0 ? logit / penalty : logit * penalty;
            }
        }
    }

    public void Accept(int token) => _tokens.Add(token);
}
