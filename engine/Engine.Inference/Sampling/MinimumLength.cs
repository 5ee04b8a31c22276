namespace Engine.Inference.Sampling;

/// <summary>Bans the tokens that end an answer until it has a number of tokens.</summary>
internal sealed class MinimumLength(int minTokens, int[] endTokens) : ILogitsProcessor
{
    public void Process(Span<float> logits, int tokenIndex)
    {
        if (tokenIndex >= minTokens)
        {
            return;
        }

        foreach (int token in endTokens)
        {
            if ((uint)token < (uint)logits.Length)
            {
                logits[token] = float.NegativeInfinity;
            }
        }
    }

    public void Accept(int token)
    {
    }
}
