using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>How likely a token of the prompt was; the value under its id in an entry of <c>prompt_logprobs</c>.</summary>
/// <param name="Logprob">Its log probability.</param>
/// <param name="Rank">Its place among the likely ones, from 1; <see langword="null"/> where it is not among those reported.</param>
/// <param name="DecodedToken">Its text.</param>
internal sealed record PromptLogprob(
    [property: JsonPropertyName("logprob")] float Logprob,
    [property: JsonPropertyName("rank")] int? Rank,
    [property: JsonPropertyName("decoded_token")] string DecodedToken);
