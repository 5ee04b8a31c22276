using System.Text.Json;
using Engine.Inference;
using Engine.Server.Errors;
using Engine.Server.Fields;
using Engine.Server.Protocol;
using Engine.Server.Requests;

namespace Engine.Server.Completions;

/// <summary>Step 2 of a request: the wire's terms become the engine's. What is wrong with a body is found here and nowhere later.</summary>
internal static class CompletionRequestMapper
{
    /// <summary>The API's own default.</summary>
    private const int DefaultMaxTokens = 16;

    private const int MaxChoices = 1024;

    /// <summary>Reads a body by the table and checks its fields against each other.</summary>
    /// <exception cref="OpenAIException">The body is wrong or asks for what is not supported.</exception>
    public static CompletionRequest Read(JsonElement body, FieldReport report)
    {
        CompletionRequest request = new();
        CompletionFields.Table.Read(new JsonField(body, "", "", report), request);
        CommonRequestMapper.Check(request);
        if (request.Prompts.Count == 0)
        {
            throw OpenAIException.Invalid("prompt", "'prompt' is missing.", ErrorCodes.MissingField);
        }

        if (request.BestOf is { } candidates && candidates < request.ChoiceCount)
        {
            throw OpenAIException.Invalid("best_of", "'best_of' is below 'n'.");
        }

        if (request.BestOf > request.ChoiceCount && request.Stream)
        {
            throw OpenAIException.Invalid("best_of", "'best_of' above 'n' is known only at the end, so it does not go with 'stream'.");
        }

        if (request.MinTokens > (request.MaxTokens ?? DefaultMaxTokens))
        {
            throw OpenAIException.Invalid("min_tokens", "'min_tokens' is above 'max_tokens'.");
        }

        if (request.Prompts.Count * CandidateCount(request) > MaxChoices)
        {
            throw OpenAIException.Invalid("prompt", $"Prompts times choices is above {MaxChoices}. Send fewer in one request.");
        }

        return request;
    }

    /// <summary>The requests for the engine, one a prompt.</summary>
    /// <param name="request">A request that was read and checked.</param>
    /// <param name="caller">Whose cached prompts it may share.</param>
    public static IReadOnlyList<GenerationRequest> Map(CompletionRequest request, string? caller)
    {
        // Echoed log probabilities are those of the prompt; the best of several is found by log probabilities.
        int? promptLogprobs = request.Echo && request.Logprobs is { } echoed ? Math.Max(echoed, request.PromptLogprobs ?? 0) : request.PromptLogprobs;

        // Where nothing is to be generated, only the prompt is left to be computed.
        promptLogprobs ??= request.MaxTokens == 0 ? 0 : null;
        GenerationRequest common = CommonRequestMapper.Map(request) with
        {
            MaxTokens = request.MaxTokens ?? DefaultMaxTokens,
            ChoiceCount = CandidateCount(request),
            Logprobs = request.Logprobs ?? (request.BestOf > request.ChoiceCount ? 0 : null),
            PromptLogprobs = promptLogprobs,
            CacheSalt = CacheScope.Of(caller, request.CacheSalt),
        };
        return [.. request.Prompts.Select(prompt => common with { Prompt = prompt })];
    }

    /// <summary>Answers to make for each prompt.</summary>
    public static int CandidateCount(CompletionRequest request) => Math.Max(request.BestOf ?? 1, request.ChoiceCount);
}
