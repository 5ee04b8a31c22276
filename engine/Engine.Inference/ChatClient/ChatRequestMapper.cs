using Microsoft.Extensions.AI;

namespace Engine.Inference.ChatClient;

/// <summary>Turns messages and options into a request. What would change the answer and cannot be done is refused by name.</summary>
internal static class ChatRequestMapper
{
    /// <summary>Builds the request.</summary>
    /// <param name="client">Given to <see cref="ChatOptions.RawRepresentationFactory"/>, whose <see cref="GenerationRequest"/> the options are laid over.</param>
    /// <param name="modelId">The engine's model.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">What is asked for.</param>
    /// <exception cref="GenerationException">Something of it cannot be done.</exception>
    public static GenerationRequest Map(IChatClient client, string modelId, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        Prompt prompt = new Prompt.Chat { Messages = ChatMessageMapper.Map(messages, options?.Instructions) };
        if (options is null)
        {
            return new GenerationRequest { Prompt = prompt };
        }

        RefuseUnsupported(options, modelId);
        GenerationRequest start = options.RawRepresentationFactory?.Invoke(client) as GenerationRequest ?? new GenerationRequest { Prompt = prompt };
        AdditionalPropertiesDictionary additional = options.AdditionalProperties ?? [];
        return start with
        {
            Prompt = prompt,
            MaxTokens = options.MaxOutputTokens ?? start.MaxTokens,
            Stop = options.StopSequences is { Count: > 0 } stop ? [.. stop] : start.Stop,
            MinTokens = Number<int>(additional, "min_tokens") ?? start.MinTokens,
            Sampling = start.Sampling with
            {
                Temperature = options.Temperature ?? start.Sampling.Temperature,
                TopP = options.TopP ?? start.Sampling.TopP,
                TopK = options.TopK ?? start.Sampling.TopK,
                PresencePenalty = options.PresencePenalty ?? start.Sampling.PresencePenalty,
                FrequencyPenalty = options.FrequencyPenalty ?? start.Sampling.FrequencyPenalty,
                Seed = options.Seed is { } seed ? unchecked((ulong)seed) : start.Sampling.Seed,
                MinP = Number<float>(additional, "min_p") ?? start.Sampling.MinP,
                TypicalP = Number<float>(additional, "typical_p") ?? start.Sampling.TypicalP,
                RepetitionPenalty = Number<float>(additional, "repetition_penalty") ?? start.Sampling.RepetitionPenalty,
            },
        };
    }

    private static void RefuseUnsupported(ChatOptions options, string modelId)
    {
        RefuseIf(options.ModelId is { } asked && asked != modelId, "ModelId", $"This client runs the model '{modelId}', not '{options.ModelId}'.");
        RefuseIf(options.ConversationId is not null, "ConversationId", "Conversations are not stored here: send all messages each time.");
        RefuseIf(options.Tools is { Count: > 0 }, "Tools", "Tools are not supported yet.");
        RefuseIf(options.ToolMode is RequiredChatToolMode, "ToolMode", "Tools are not supported yet.");
        RefuseIf(options.ResponseFormat is ChatResponseFormatJson, "ResponseFormat", "JSON as a response format is not supported yet.");
        RefuseIf(options.Reasoning is not null, "Reasoning", "Reasoning options are not supported yet.");
        RefuseIf(options.AdditionalProperties?.ContainsKey("logit_bias") is true, "AdditionalProperties[logit_bias]", "Give logit bias through RawRepresentationFactory, as a GenerationRequest.");
    }

    private static void RefuseIf(bool condition, string parameter, string message)
    {
        if (condition)
        {
            throw new GenerationException(GenerationError.Unsupported, message, parameter);
        }
    }

    private static T? Number<T>(AdditionalPropertiesDictionary additional, string name)
        where T : struct =>
        !additional.TryGetValue(name, out object? value) || value is null ? null
            : additional.TryGetValue(name, out T number) ? number
            : throw new GenerationException(GenerationError.InvalidRequest, $"{name} must be a number.", $"AdditionalProperties[{name}]");
}
