namespace Engine.Inference.Models;

/// <summary>
/// A folder's own sampling defaults: the search section of genai_config.json, else generation_config.json. <see langword="null"/> where it is silent.
/// A folder that says <c>do_sample: false</c> has temperature 0.
/// </summary>
public sealed record GenerationConfig
{
    /// <inheritdoc cref="Sampling.SamplingParameters.Temperature"/>
    public float? Temperature { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.TopP"/>
    public float? TopP { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.TopK"/>
    public int? TopK { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.MinP"/>
    public float? MinP { get; init; }

    /// <inheritdoc cref="Sampling.SamplingParameters.RepetitionPenalty"/>
    public float? RepetitionPenalty { get; init; }
}
