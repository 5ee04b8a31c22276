using System.Text.Json.Serialization;
using Engine.Inference;

namespace Engine.Server.Protocol;

/// <summary>What a request consumed and produced, exactly.</summary>
internal sealed record Usage
{
    [JsonPropertyName("prompt_tokens")]
    public required int PromptTokens { get; init; }

    [JsonPropertyName("completion_tokens")]
    public required int CompletionTokens { get; init; }

    [JsonPropertyName("total_tokens")]
    public int TotalTokens => PromptTokens + CompletionTokens;

    [JsonPropertyName("prompt_tokens_details")]
    public required PromptTokensDetails PromptTokensDetails { get; init; }

    [JsonPropertyName("completion_tokens_details")]
    public CompletionTokensDetails CompletionTokensDetails { get; init; } = new();

    public static Usage Of(GenerationUsage usage) => new()
    {
        PromptTokens = usage.PromptTokens,
        CompletionTokens = usage.CompletionTokens,
        PromptTokensDetails = new PromptTokensDetails(usage.CachedTokens),
    };
}

/// <summary>Of the prompt.</summary>
/// <param name="CachedTokens">Tokens whose keys and values were taken from the prefix cache.</param>
internal sealed record PromptTokensDetails([property: JsonPropertyName("cached_tokens")] int CachedTokens)
{
    [JsonPropertyName("audio_tokens")]
    public int AudioTokens { get; init; }
}

/// <summary>Of the answer.</summary>
internal sealed record CompletionTokensDetails
{
    [JsonPropertyName("reasoning_tokens")]
    public int ReasoningTokens { get; init; }

    [JsonPropertyName("audio_tokens")]
    public int AudioTokens { get; init; }

    [JsonPropertyName("accepted_prediction_tokens")]
    public int AcceptedPredictionTokens { get; init; }

    [JsonPropertyName("rejected_prediction_tokens")]
    public int RejectedPredictionTokens { get; init; }
}
