using Engine.Server.Models;
using Engine.Server.Protocol;
using Engine.Server.Requests;
using Engine.Server.Streaming;

namespace Engine.Server.Completions;

/// <summary>Makes the whole answer of a completion.</summary>
internal static class CompletionAnswer
{
    public static async Task<CompletionWithUsage> GatherAsync(
        CompletionRequest request, AnswerHead head, IReadOnlyList<IServedGeneration> generations, CancellationToken cancellationToken)
    {
        int candidates = CompletionRequestMapper.CandidateCount(request);
        ChoiceText[] texts = await ChoiceText.GatherAsync(
            MergedUpdates.Of(generations, candidates, cancellationToken), generations.Count * candidates).ConfigureAwait(false);
        List<CompletionChoice> choices = [];
        for (int i = 0; i < generations.Count; i++)
        {
            foreach (ChoiceText text in Best(texts.AsSpan(i * candidates, candidates), request.ChoiceCount))
            {
                choices.Add(ToChoice(request, generations[i], text, choices.Count));
            }
        }

        return new CompletionWithUsage
        {
            Id = head.Id,
            Created = head.Created,
            Model = head.Model,
            SystemFingerprint = head.Fingerprint,
            Choices = choices,
            Usage = Usage.Of(TotalUsage.Of(generations)),
        };
    }

    /// <summary>The likeliest of the candidates, by mean log probability of a token; all of them, in their order, where no more were made than asked for.</summary>
    private static IEnumerable<ChoiceText> Best(ReadOnlySpan<ChoiceText> candidates, int count) =>
        candidates.Length == count ? candidates.ToArray() : candidates.ToArray().OrderByDescending(text => text.MeanLogprob).Take(count);

    private static CompletionChoice ToChoice(CompletionRequest request, IServedGeneration generation, ChoiceText text, int index)
    {
        string echo = request.Echo ? generation.PromptText : "";
        return new CompletionChoice
        {
            Index = index,
            Text = echo + text.Text,
            Logprobs = request.Logprobs is null ? null
                : CompletionLogprobMapper.Map(request.Echo ? text.PromptTokens ?? [] : [], text.TextTokens, echo.Length),
            FinishReason = FinishReasons.Of(text.FinishReason!.Value),
            PromptTokenIds = request.ReturnTokenIds ? generation.PromptTokenIds : null,
            TokenIds = request.ReturnTokenIds ? [.. text.Tokens.Select(token => token.Id)] : null,
            PromptLogprobs = request.PromptLogprobs is null ? null : PromptLogprobs.Of(text.PromptTokens),
        };
    }
}
