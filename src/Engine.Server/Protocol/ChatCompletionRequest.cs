using System.Text.Json.Nodes;

namespace Engine.Server.Protocol;

/// <summary>The body of <c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatCompletionRequest : CommonRequest
{
    /// <summary>The conversation; <see langword="null"/> if the body has none.</summary>
    public IReadOnlyList<ChatMessage>? Messages { get; set; }

    public int? MaxCompletionTokens { get; set; }

    public bool Logprobs { get; set; }

    public int? TopLogprobs { get; set; }

    /// <summary>The tier to echo; <see langword="null"/> if the request names none.</summary>
    public string? ServiceTier { get; set; }

    public string? PromptCacheKey { get; set; }

    public bool? AddGenerationPrompt { get; set; }

    public bool ContinueFinalMessage { get; set; }

    /// <summary>Further variables of the template.</summary>
    public JsonObject? TemplateVariables { get; set; }

    /// <summary>The name under which the limit of tokens was given.</summary>
    public string MaxTokensField => MaxCompletionTokens is null && MaxTokens is not null ? "max_tokens" : "max_completion_tokens";
}
