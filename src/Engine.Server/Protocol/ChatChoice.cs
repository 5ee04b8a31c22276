using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>One answer of a chat completion.</summary>
internal sealed record ChatChoice
{
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("message")]
    public required AssistantMessage Message { get; init; }

    [JsonPropertyName("logprobs")]
    public required ChatLogprobs? Logprobs { get; init; }

    [JsonPropertyName("finish_reason")]
    public required string FinishReason { get; init; }

    /// <summary>Only with <c>return_token_ids</c>: every generated token, the one that ended the answer included.</summary>
    [JsonPropertyName("token_ids")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? TokenIds { get; init; }
}
