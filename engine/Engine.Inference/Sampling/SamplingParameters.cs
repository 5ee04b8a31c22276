namespace Engine.Inference.Sampling;

/// <summary>How the next token is chosen from the logits. Defaults leave the model's own distribution as it is.</summary>
public sealed record SamplingParameters
{
    /// <summary>Divides the logits; 0 takes the most likely token always. 0 to 2; 1 by default.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Keeps the most likely tokens whose probabilities sum to this. Above 0, up to 1; 1, the default, keeps all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keeps this many of the most likely tokens; 0, the default, keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Drops tokens less likely than this share of the most likely one. 0, the default, to 1.</summary>
    public float MinP { get; init; }

    /// <summary>Keeps locally typical tokens up to this mass (arXiv 2202.00666). Above 0, up to 1; 1, the default, keeps all.</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Subtracted from the logit of every token that the answer already has. -2 to 2; 0 by default.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit as often as the answer already has it. -2 to 2; 0 by default.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens that prompt or answer already have (arXiv 1909.05858). Above 0; 1 by default.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Added to the logits of single tokens, by id. -100 (never) to 100.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Makes the choice repeatable: equal seed, prompt and parameters give equal tokens. Random by default.</summary>
    public ulong? Seed { get; init; }
}
