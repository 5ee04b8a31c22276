using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>One answer of a completion, or what one event adds to it.</summary>
internal sealed record CompletionChoice
{
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    [JsonPropertyName("index")]
    public required int Index { get; init; }

    [JsonPropertyName("logprobs")]
    public CompletionLogprobs? Logprobs { get; init; }

    [JsonPropertyName("finish_reason")]
    public string? FinishReason { get; init; }

    /// <summary>Only with <c>return_token_ids</c>; in a stream, in the first event of each choice.</summary>
    [JsonPropertyName("prompt_token_ids")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? PromptTokenIds { get; init; }

    /// <summary>Only with <c>return_token_ids</c>: every generated token, the one that ended the answer included.</summary>
    [JsonPropertyName("token_ids")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? TokenIds { get; init; }

    /// <summary>Only with <c>prompt_logprobs</c>.</summary>
    [JsonPropertyName("prompt_logprobs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyDictionary<string, PromptLogprob>?>? PromptLogprobs { get; init; }
}
