using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>A whole answer of <c>/v1/chat/completions</c>.</summary>
internal sealed record ChatCompletion
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = "chat.completion";

    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<ChatChoice> Choices { get; init; }

    [JsonPropertyName("usage")]
    public required Usage Usage { get; init; }

    [JsonPropertyName("service_tier")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ServiceTier { get; init; }

    [JsonPropertyName("system_fingerprint")]
    public required string SystemFingerprint { get; init; }

    /// <summary>Only with <c>return_token_ids</c>.</summary>
    [JsonPropertyName("prompt_token_ids")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? PromptTokenIds { get; init; }

    /// <summary>Only with <c>prompt_logprobs</c>: one entry a prompt token, the first without.</summary>
    [JsonPropertyName("prompt_logprobs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyDictionary<string, PromptLogprob>?>? PromptLogprobs { get; init; }
}
