using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>The message of a whole answer.</summary>
/// <param name="Content">What the model said.</param>
internal sealed record AssistantMessage([property: JsonPropertyName("content")] string Content)
{
    [JsonPropertyName("role")]
    [JsonPropertyOrder(-1)]
    public string Role { get; } = "assistant";

    [JsonPropertyName("refusal")]
    public string? Refusal { get; init; }
}
