using Engine.Inference.Core;

namespace Engine.Inference.Sampling;

/// <summary>What choosing the tokens of one sequence needs: its parameters, its random numbers and the processors it uses, in their order.</summary>
internal sealed class SequenceSampler
{
    private readonly ILogitsProcessor[] _processors;
    private readonly RandomStream _random;

    public SequenceSampler(TokenRequest request, int choiceIndex)
    {
        Parameters = request.Sampling;
        _random = new RandomStream(request.Seed, choiceIndex);
        _processors = CreateProcessors(request);
    }

    public SamplingParameters Parameters { get; }

    /// <summary>Tokens chosen up to now.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Applies the processors: repetition penalty, presence and frequency penalty, logit bias, ban of end tokens.</summary>
    public void Process(Span<float> logits)
    {
        foreach (ILogitsProcessor processor in _processors)
        {
            processor.Process(logits, TokenCount);
        }
    }

    /// <summary>The random number of the next token.</summary>
    public double NextFraction() => _random.Fraction(TokenCount);

    public void Accept(int token)
    {
        TokenCount++;
        foreach (ILogitsProcessor processor in _processors)
        {
            processor.Accept(token);
        }
    }

    private static ILogitsProcessor[] CreateProcessors(TokenRequest request)
    {
        SamplingParameters parameters = request.Sampling;
        List<ILogitsProcessor> processors = [];
        if (parameters.RepetitionPenalty != 1)
        {
            processors.Add(new RepetitionPenalty(parameters.RepetitionPenalty, request.PromptTokens));
        }

        if (parameters.PresencePenalty != 0 || parameters.FrequencyPenalty != 0)
        {
            processors.Add(new OccurrencePenalty(parameters.PresencePenalty, parameters.FrequencyPenalty));
        }

        if (parameters.LogitBias.Count > 0)
        {
            processors.Add(new LogitBias(parameters.LogitBias));
        }

        if (request.MinTokens > 0 && request.EndTokenIds.Length > 0)
        {
            processors.Add(new MinimumLength(request.MinTokens, request.EndTokenIds));
        }

        return [.. processors];
    }
}
