namespace Engine.Server.Protocol;

/// <summary>What the bodies of <c>/v1/chat/completions</c> and <c>/v1/completions</c> have in common. Checked by their field tables, not yet against each other.</summary>
internal abstract class CommonRequest
{
    public string? Model { get; set; }

    public bool Stream { get; set; }

    /// <summary><see langword="null"/> if the request has none.</summary>
    public StreamOptions? StreamOptions { get; set; }

    public int? MaxTokens { get; set; }

    public int ChoiceCount { get; set; } = 1;

    public float? Temperature { get; set; }

    public float? TopP { get; set; }

    public int? TopK { get; set; }

    public float? MinP { get; set; }

    public float? TypicalP { get; set; }

    public float? PresencePenalty { get; set; }

    public float? FrequencyPenalty { get; set; }

    public float? RepetitionPenalty { get; set; }

    public IReadOnlyDictionary<int, float>? LogitBias { get; set; }

    public ulong? Seed { get; set; }

    public IReadOnlyList<string> Stop { get; set; } = [];

    public bool IncludeStop { get; set; }

    public IReadOnlyList<int> StopTokenIds { get; set; } = [];

    public int MinTokens { get; set; }

    public bool IgnoreEndTokens { get; set; }

    public bool KeepSpecialTokens { get; set; }

    public int? PromptLogprobs { get; set; }

    public bool ReturnTokenIds { get; set; }

    public string? CacheSalt { get; set; }

    public int Priority { get; set; }

    public bool IncludeUsage => StreamOptions?.IncludeUsage ?? false;

    public bool IncludeObfuscation => StreamOptions?.IncludeObfuscation ?? false;
}
