namespace Engine.Inference;

/// <summary>What to generate and how. Checked when it is started: <c>LlmEngine.StartAsync</c> throws before the first token.</summary>
public sealed record GenerationRequest
{
    /// <summary>What the model continues.</summary>
    public required Prompt Prompt { get; init; }

    /// <summary>
    /// How tokens are chosen. <see langword="null"/> members of <see cref="SamplingOverrides"/> fall back to the model folder's own defaults.
    /// </summary>
    public SamplingOverrides Sampling { get; init; } = new();

    /// <summary>The most tokens to generate for a choice; <see langword="null"/>, the default: as many as the context has room for. At least 0.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>End tokens and stop tokens are not chosen before a choice has this many tokens; stop strings end it all the same. 0 by default.</summary>
    public int MinTokens { get; init; }

    /// <summary>How many answers to generate for the prompt, 1 to 128; 1 by default. Choice <c>i</c> of a seeded request draws with a seed of its own, derived from seed and <c>i</c>.</summary>
    public int ChoiceCount { get; init; } = 1;

    /// <summary>Texts that end a choice where they first appear, also across token borders. Not part of the text.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Whether the stop string that ended a choice is part of its text.</summary>
    public bool IncludeStop { get; init; }

    /// <summary>Tokens that end a choice, besides the model's own end tokens. Not part of the text.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Whether the model's end tokens are treated like any other token.</summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>Alternatives to report for each generated token, 0 to 20; <see langword="null"/>, the default: no log probabilities at all.</summary>
    public int? Logprobs { get; init; }

    /// <summary>Alternatives to report for each prompt token; <see langword="null"/>, the default: none are computed. Such a prompt is not taken from the prefix cache.</summary>
    public int? PromptLogprobs { get; init; }

    /// <summary>Whether special tokens of the answer appear in its text. <see langword="false"/> by default.</summary>
    public bool KeepSpecialTokens { get; init; }

    /// <summary>Requests with different salts never share cached prompts. At most 64 characters.</summary>
    public string? CacheSalt { get; init; }

    /// <summary>Smaller runs earlier; equal ones in order of arrival. 0 by default.</summary>
    public int Priority { get; init; }
}
