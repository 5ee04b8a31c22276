using Engine.Inference;
using Engine.Server.Errors;
using Engine.Server.Protocol;

namespace Engine.Server.Requests;

/// <summary>The part of mapping that chat and text completions share.</summary>
internal static class CommonRequestMapper
{
    private static readonly Prompt NoPrompt = new Prompt.Text("");

    /// <exception cref="OpenAIException">A field contradicts another, or one is missing.</exception>
    public static void Check(CommonRequest request)
    {
        if (string.IsNullOrEmpty(request.Model))
        {
            throw OpenAIException.Invalid("model", "'model' is missing: name one of GET /v1/models.", ErrorCodes.MissingField);
        }

        if (request.StreamOptions is not null && !request.Stream)
        {
            throw OpenAIException.Invalid("stream_options", "'stream_options' needs 'stream': true.");
        }

        if (request.PromptLogprobs is not null && request.Stream)
        {
            throw OpenAIException.Unsupported("prompt_logprobs", "'prompt_logprobs' is not supported in a stream. Leave out 'stream'.");
        }
    }

    /// <summary>All but the prompt, the limit of tokens, log probabilities and the cache's scope.</summary>
    public static GenerationRequest Map(CommonRequest request) => new()
    {
        Prompt = NoPrompt,
        ChoiceCount = request.ChoiceCount,
        Stop = request.Stop,
        IncludeStop = request.IncludeStop,
        StopTokenIds = request.StopTokenIds,
        MinTokens = request.MinTokens,
        IgnoreEndTokens = request.IgnoreEndTokens,
        KeepSpecialTokens = request.KeepSpecialTokens,
        PromptLogprobs = request.PromptLogprobs,
        Priority = request.Priority,
        Sampling = new SamplingOverrides
        {
            Temperature = request.Temperature,
            TopP = request.TopP,
            TopK = request.TopK,
            MinP = request.MinP,
            TypicalP = request.TypicalP,
            PresencePenalty = request.PresencePenalty,
            FrequencyPenalty = request.FrequencyPenalty,
            RepetitionPenalty = request.RepetitionPenalty,
            LogitBias = request.LogitBias,
            Seed = request.Seed,
        },
    };
}
