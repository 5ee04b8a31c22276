using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Inference;
using Engine.Server.Errors;
using Engine.Server.Fields;
using Engine.Server.Protocol;
using Engine.Server.Requests;

namespace Engine.Server.ChatCompletions;

/// <summary>Step 2 of a request: the wire's terms become the engine's. What is wrong with a body is found here and nowhere later.</summary>
internal static class ChatCompletionRequestMapper
{
    /// <summary>Reads a body by the table and checks its fields against each other.</summary>
    /// <exception cref="OpenAIException">The body is wrong or asks for what is not supported.</exception>
    public static ChatCompletionRequest Read(JsonElement body, FieldReport report)
    {
        ChatCompletionRequest request = new();
        ChatCompletionFields.Table.Read(new JsonField(body, "", "", report), request);
        CommonRequestMapper.Check(request);
        CheckMessages(request);
        if (request.MaxTokens is { } old && request.MaxCompletionTokens is { } limit && old != limit)
        {
            throw OpenAIException.Invalid("max_tokens", $"'max_tokens' ({old}) and 'max_completion_tokens' ({limit}) differ. Send one of them.");
        }

        if (request.TopLogprobs is not null && !request.Logprobs)
        {
            throw OpenAIException.Invalid("top_logprobs", "'top_logprobs' needs 'logprobs': true.");
        }

        if (request.MinTokens > (request.MaxCompletionTokens ?? request.MaxTokens ?? int.MaxValue))
        {
            throw OpenAIException.Invalid("min_tokens", $"'min_tokens' is above '{request.MaxTokensField}'.");
        }

        return request;
    }

    /// <summary>The request for the engine.</summary>
    /// <param name="request">A request that was read and checked.</param>
    /// <param name="caller">Whose cached prompts it may share.</param>
    public static GenerationRequest Map(ChatCompletionRequest request, string? caller) => CommonRequestMapper.Map(request) with
    {
        Prompt = new Prompt.Chat
        {
            Messages = [.. request.Messages!.Select(ToTemplateMessage)],
            AddGenerationPrompt = request.AddGenerationPrompt ?? !request.ContinueFinalMessage,
            ContinueFinalMessage = request.ContinueFinalMessage,
            Variables = request.TemplateVariables,
        },
        MaxTokens = request.MaxCompletionTokens ?? request.MaxTokens,
        Logprobs = request.Logprobs ? request.TopLogprobs ?? 0 : null,
        CacheSalt = CacheScope.Of(caller, request.CacheSalt, request.PromptCacheKey),
    };

    private static void CheckMessages(ChatCompletionRequest request)
    {
        if (request.Messages is null)
        {
            throw OpenAIException.Invalid("messages", "'messages' is missing: send at least one message.", ErrorCodes.MissingField);
        }

        if (request.Messages.Count == 0)
        {
            throw OpenAIException.Invalid("messages", "'messages' is an empty array: send at least one message.", "empty_array");
        }

        if (!request.ContinueFinalMessage)
        {
            return;
        }

        if (request.AddGenerationPrompt == true)
        {
            throw OpenAIException.Invalid(
                "continue_final_message", "'continue_final_message' and 'add_generation_prompt' exclude each other: go on with the last message, or open a new one.");
        }

        if (request.Messages[^1].Role != "assistant")
        {
            throw OpenAIException.Invalid("continue_final_message", "'continue_final_message' needs a last message with the role 'assistant'.");
        }
    }

    private static JsonObject ToTemplateMessage(ChatMessage message)
    {
        // The hosted API renamed system to developer; templates know the old name.
        JsonObject result = new() { ["role"] = message.Role == "developer" ? "system" : message.Role, ["content"] = message.Content ?? message.Refusal };
        if (message.Name is not null)
        {
            result["name"] = message.Name;
        }

        if (message.ReasoningContent is not null)
        {
            result["reasoning_content"] = message.ReasoningContent;
        }

        return result;
    }
}
