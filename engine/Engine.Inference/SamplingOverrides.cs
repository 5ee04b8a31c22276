namespace Engine.Inference;

/// <summary>
/// The sampling a request asks for. A member left <see langword="null"/> takes the model folder's default (genai_config.json's search section,
/// else generation_config.json), and where that is silent too, the default of <see cref="Sampling.SamplingParameters"/>. Ranges are those of that type.
/// </summary>
public sealed record SamplingOverrides
{
    /// <inheritdoc cref="Sampling.SamplingParameters.Temperature"/>
    public float? Temperature { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.TopP"/>
    public float? TopP { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.TopK"/>
    public int? TopK { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.MinP"/>
    public float? MinP { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.TypicalP"/>
    public float? TypicalP { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.PresencePenalty"/>
    public float? PresencePenalty { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.FrequencyPenalty"/>
    public float? FrequencyPenalty { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.RepetitionPenalty"/>
    public float? RepetitionPenalty { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.LogitBias"/>
    public IReadOnlyDictionary<int, float>? LogitBias { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.Seed"/>
    public ulong? Seed { get; init; }
}
