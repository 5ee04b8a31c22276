using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>One event of a streamed chat completion.</summary>
internal record ChatCompletionChunk
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = "chat.completion.chunk";

    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("service_tier")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ServiceTier { get; init; }

    [JsonPropertyName("system_fingerprint")]
    public required string SystemFingerprint { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<ChatChunkChoice> Choices { get; init; }

    /// <summary>Only with <c>return_token_ids</c>, in the first event.</summary>
    [JsonPropertyName("prompt_token_ids")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? PromptTokenIds { get; init; }

    /// <summary>Padding that hides the length of the text; only with <c>include_obfuscation</c>.</summary>
    [JsonPropertyName("obfuscation")]
    [JsonPropertyOrder(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Obfuscation { get; init; }
}

/// <summary>An event of a stream that was asked for its usage: <c>usage</c> is always there, and <see langword="null"/> before the last event.</summary>
internal sealed record ChatCompletionUsageChunk : ChatCompletionChunk
{
    [JsonPropertyName("usage")]
    [JsonPropertyOrder(1)]
    public required Usage? Usage { get; init; }
}
