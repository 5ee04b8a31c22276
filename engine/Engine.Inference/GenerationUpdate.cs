using Engine.Inference.Core;

namespace Engine.Inference;

/// <summary>A piece of an answer.</summary>
public sealed record GenerationUpdate
{
    /// <summary>Which choice of the request it belongs to, from 0.</summary>
    public int ChoiceIndex { get; init; }

    /// <summary>The text that became certain; never part of a character, never text that may still become a stop string. May be empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>The tokens behind this update, in order, end tokens included. With log probabilities where the request asked for them.</summary>
    public IReadOnlyList<GeneratedToken> Tokens { get; init; } = [];

    /// <summary>Log probabilities of the prompt, in the first update of a choice, if the request asked for them: one entry a token, the first without.</summary>
    public IReadOnlyList<GeneratedToken>? PromptTokens { get; init; }

    /// <summary>Why the choice ended, in its last update; else <see langword="null"/>.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>The stop string that ended the choice, if one did.</summary>
    public string? StopString { get; init; }

    /// <summary>The stop or end token that ended the choice, if one did.</summary>
    public int? StopTokenId { get; init; }
}
