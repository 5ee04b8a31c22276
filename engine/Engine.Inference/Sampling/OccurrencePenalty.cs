using System.Runtime.InteropServices;

namespace Engine.Inference.Sampling;

/// <summary>Presence and frequency penalty: subtracts the one once, the other as often as the answer has a token.</summary>
internal sealed class OccurrencePenalty(float presence, float frequency) : ILogitsProcessor
{
    private readonly Dictionary<int, int> _counts = [];

    public void Process(Span<float> logits, int tokenIndex)
    {
        foreach ((int token, int count) in _counts)
        {
            logits[token] -= presence + (frequency * count);
        }
    }

    public void Accept(int token) => CollectionsMarshal.GetValueRefOrAddDefault(_counts, token, out _)++;
}
