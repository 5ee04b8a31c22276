using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>A whole answer of <c>/v1/completions</c>, or one event of a streamed one.</summary>
internal record Completion
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = "text_completion";

    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("model")]
    public required string Model { get; init; }

    [JsonPropertyName("system_fingerprint")]
    public required string SystemFingerprint { get; init; }

    [JsonPropertyName("choices")]
    public required IReadOnlyList<CompletionChoice> Choices { get; init; }

    /// <summary>Padding that hides the length of the text; only with <c>include_obfuscation</c>.</summary>
    [JsonPropertyName("obfuscation")]
    [JsonPropertyOrder(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Obfuscation { get; init; }
}

/// <summary>A completion with its usage: every whole answer, and every event of a stream that was asked for it (<see langword="null"/> before the last).</summary>
internal sealed record CompletionWithUsage : Completion
{
    [JsonPropertyName("usage")]
    [JsonPropertyOrder(1)]
    public required Usage? Usage { get; init; }
}
