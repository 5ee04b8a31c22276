namespace Engine.Inference.Sampling;

/// <summary>Adds to the logits of single tokens; the lowest bias bans them.</summary>
internal sealed class LogitBias(IReadOnlyDictionary<int, float> bias) : ILogitsProcessor
{
    /// <summary>The bias that means never.</summary>
    public const float Never = -100;

    private readonly KeyValuePair<int, float>[] _bias = [.. bias];

    public void Process(Span<float> logits, int tokenIndex)
    {
        foreach ((int token, float value) in _bias)
        {
            if ((uint)token < (uint)logits.Length)
            {
                logits[token] = value <= Never ? float.NegativeInfinity : logits[token] + value;
            }
        }
    }

    public void Accept(int token)
    {
    }
}
