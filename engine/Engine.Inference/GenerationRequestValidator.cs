using Engine.Inference.Models;
using Engine.Inference.Sampling;

namespace Engine.Inference;

/// <summary>Checks what a request says by itself, before its prompt is looked at.</summary>
internal static class GenerationRequestValidator
{
    public const int MaxChoices = 128;
    public const int MaxAlternatives = 20;
    private const int MaxStops = 256;
    private const int MaxStopLength = 4096;
    private const int MaxSaltLength = 64;

    /// <summary>Checks every range of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tokenCount">Ids below it are tokens of the model.</param>
    /// <exception cref="GenerationException">A member is out of its range, or two contradict each other.</exception>
    public static void Validate(GenerationRequest request, int tokenCount)
    {
        RequireRange(request.ChoiceCount, 1, MaxChoices, "ChoiceCount");
        RequireRange(request.Logprobs ?? 0, 0, MaxAlternatives, "Logprobs");
        RequireRange(request.PromptLogprobs ?? 0, 0, MaxAlternatives, "PromptLogprobs");
        RequireRange(request.MinTokens, 0, int.MaxValue, "MinTokens");
        RequireRange(request.MaxTokens ?? int.MaxValue, 0, int.MaxValue, "MaxTokens");
        Require(request.MaxTokens != 0 || request.PromptLogprobs is not null, "MaxTokens 0 generates nothing: ask for at least one token, or for the prompt's log probabilities.", "MaxTokens");
        Require(request.MinTokens <= (request.MaxTokens ?? int.MaxValue), $"MinTokens {request.MinTokens} is more than MaxTokens {request.MaxTokens}.", "MinTokens");
        ValidateStops(request, tokenCount);
        ValidateSampling(request.Sampling, tokenCount);
        Require(
            request.CacheSalt is null || (request.CacheSalt.Length is > 0 and <= MaxSaltLength && request.CacheSalt.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0),
            $"CacheSalt must have 1 to {MaxSaltLength} printable ASCII characters.",
            "CacheSalt");
    }

    /// <summary>What a request, a model's folder and the defaults come to, in this order.</summary>
    public static SamplingParameters Resolve(SamplingOverrides overrides, GenerationConfig folder)
    {
        SamplingParameters defaults = new();
        return new SamplingParameters
        {
            Temperature = overrides.Temperature ?? folder.Temperature ?? defaults.Temperature,
            TopP = overrides.TopP ?? folder.TopP ?? defaults.TopP,
            TopK = overrides.TopK ?? folder.TopK ?? defaults.TopK,
            MinP = overrides.MinP ?? folder.MinP ?? defaults.MinP,
            TypicalP = overrides.TypicalP ?? defaults.TypicalP,
            PresencePenalty = overrides.PresencePenalty ?? defaults.PresencePenalty,
            FrequencyPenalty = overrides.FrequencyPenalty ?? defaults.FrequencyPenalty,
            RepetitionPenalty = overrides.RepetitionPenalty ?? folder.RepetitionPenalty ?? defaults.RepetitionPenalty,
            LogitBias = overrides.LogitBias ?? defaults.LogitBias,
            Seed = overrides.Seed,
        };
    }

    private static void ValidateStops(GenerationRequest request, int tokenCount)
    {
        RequireRange(request.Stop.Count, 0, MaxStops, "Stop", "The number of stop strings");
        for (int index = 0; index < request.Stop.Count; index++)
        {
            Require(request.Stop[index] is { Length: > 0 and <= MaxStopLength }, $"A stop string must have 1 to {MaxStopLength:N0} characters.", $"Stop[{index}]");
        }

        RequireRange(request.StopTokenIds.Count, 0, MaxStops, "StopTokenIds", "The number of stop tokens");
        for (int index = 0; index < request.StopTokenIds.Count; index++)
        {
            RequireToken(request.StopTokenIds[index], tokenCount, $"StopTokenIds[{index}]");
        }
    }

    private static void ValidateSampling(SamplingOverrides sampling, int tokenCount)
    {
        RequireRange(sampling.Temperature, 0, 2, "Temperature");
        RequirePositiveShare(sampling.TopP, "TopP");
        RequirePositiveShare(sampling.TypicalP, "TypicalP");
        RequireRange(sampling.MinP, 0, 1, "MinP");
        RequireRange(sampling.TopK ?? 0, 0, int.MaxValue, "Sampling.TopK");
        RequireRange(sampling.PresencePenalty, -2, 2, "PresencePenalty");
        RequireRange(sampling.FrequencyPenalty, -2, 2, "FrequencyPenalty");
        Require(
            sampling.RepetitionPenalty is not { } penalty || (penalty > 0 && float.IsFinite(penalty)), "RepetitionPenalty must be above 0.", "Sampling.RepetitionPenalty");
        foreach ((int token, float bias) in sampling.LogitBias ?? new Dictionary<int, float>())
        {
            RequireToken(token, tokenCount, $"Sampling.LogitBias[{token}]");
            Require(bias is >= -100 and <= 100, $"The logit bias of token {token} must be from -100 to 100.", $"Sampling.LogitBias[{token}]");
        }
    }

    private static void RequirePositiveShare(float? value, string name) =>
        Require(value is null or (> 0 and <= 1), $"{name} must be above 0 and at most 1.", $"Sampling.{name}");

    private static void RequireRange(float? value, float least, float most, string name) =>
        Require(value is not { } number || (number >= least && number <= most), $"{name} must be from {least} to {most}.", $"Sampling.{name}");

    private static void RequireRange(int value, int least, int most, string parameter, string? subject = null) => Require(
        value >= least && value <= most,
        most == int.MaxValue ? $"{subject ?? parameter} must be at least {least}, not {value}." : $"{subject ?? parameter} must be from {least} to {most}, not {value}.",
        parameter);

    private static void RequireToken(int token, int tokenCount, string parameter) =>
        Require((uint)token < (uint)tokenCount, $"{token} is not one of the model's {tokenCount} tokens.", parameter);

    private static void Require(bool holds, string message, string parameter)
    {
        if (!holds)
        {
            throw new GenerationException(GenerationError.InvalidRequest, message, parameter);
        }
    }
}
