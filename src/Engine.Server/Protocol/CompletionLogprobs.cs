using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>Log probabilities of a completion: four lists with one entry a token.</summary>
/// <param name="Tokens">The texts of the tokens; a part of a character is spelt <c>bytes:\xe2\x82</c>.</param>
/// <param name="TokenLogprobs">How likely each was; <see langword="null"/> for the first token of a prompt.</param>
/// <param name="TopLogprobs">The likely tokens at each place; <see langword="null"/> for the first token of a prompt.</param>
/// <param name="TextOffset">Where each token begins in the text, in characters.</param>
internal sealed record CompletionLogprobs(
    [property: JsonPropertyName("tokens")] IReadOnlyList<string> Tokens,
    [property: JsonPropertyName("token_logprobs")] IReadOnlyList<float?> TokenLogprobs,
    [property: JsonPropertyName("top_logprobs")] IReadOnlyList<IReadOnlyDictionary<string, float>?> TopLogprobs,
    [property: JsonPropertyName("text_offset")] IReadOnlyList<int> TextOffset);
