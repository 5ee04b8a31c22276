using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>Log probabilities of a chat answer, one entry a token.</summary>
/// <param name="Content">The tokens of the answer's text.</param>
internal sealed record ChatLogprobs([property: JsonPropertyName("content")] IReadOnlyList<ChatTokenLogprob> Content)
{
    [JsonPropertyName("refusal")]
    public IReadOnlyList<ChatTokenLogprob>? Refusal { get; init; }
}

/// <summary>A token of an answer, how likely it was, and what else was likely there.</summary>
internal sealed record ChatTokenLogprob(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("logprob")] float Logprob,
    [property: JsonPropertyName("bytes")] IReadOnlyList<int> Bytes,
    [property: JsonPropertyName("top_logprobs")] IReadOnlyList<ChatTopLogprob> TopLogprobs);

/// <summary>A likely token at a place of an answer.</summary>
internal sealed record ChatTopLogprob(
    [property: JsonPropertyName("token")] string Token,
    [property: JsonPropertyName("logprob")] float Logprob,
    [property: JsonPropertyName("bytes")] IReadOnlyList<int> Bytes);
