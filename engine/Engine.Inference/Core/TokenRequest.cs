using Engine.Inference.Sampling;

namespace Engine.Inference.Core;

/// <summary>A request as the engine's thread sees it: tokens and numbers, checked and complete.</summary>
internal sealed record TokenRequest
{
    /// <summary>The prompt; at least one token.</summary>
    public required int[] PromptTokens { get; init; }

    /// <summary>How tokens are chosen, defaults filled in.</summary>
    public required SamplingParameters Sampling { get; init; }

    /// <summary>What the choices' seeds are derived from.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Sequences to generate.</summary>
    public int ChoiceCount { get; init; } = 1;

    /// <summary>The most tokens to generate for each; prompt and these fit the context. 0 only scores the prompt.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>End tokens are not chosen before this many tokens.</summary>
    public int MinTokens { get; init; }

    /// <summary>Tokens that end a sequence.</summary>
    public int[] EndTokenIds { get; init; } = [];

    /// <summary>Alternatives to report with each generated token; <see langword="null"/>: no log probabilities.</summary>
    public int? LogprobCount { get; init; }

    /// <summary>Alternatives to report with each prompt token; <see langword="null"/>: none are computed.</summary>
    public int? PromptLogprobCount { get; init; }

    /// <summary>Only sequences of one salt share blocks.</summary>
    public string? CacheSalt { get; init; }

    /// <summary>Smaller runs earlier.</summary>
    public int Priority { get; init; }
}
