using Engine.Server.Models;
using Engine.Server.Protocol;
using Engine.Server.Streaming;

namespace Engine.Server.ChatCompletions;

/// <summary>Makes the whole answer of a chat completion.</summary>
internal static class ChatCompletionAnswer
{
    public static async Task<ChatCompletion> GatherAsync(
        ChatCompletionRequest request, AnswerHead head, IServedGeneration generation, CancellationToken cancellationToken)
    {
        ChoiceText[] choices = await ChoiceText.GatherAsync(generation.UpdatesAsync(cancellationToken), request.ChoiceCount).ConfigureAwait(false);
        return new ChatCompletion
        {
            Id = head.Id,
            Created = head.Created,
            Model = head.Model,
            SystemFingerprint = head.Fingerprint,
            ServiceTier = request.ServiceTier,
            Choices = [.. choices.Select((choice, index) => ToChoice(request, choice, index))],
            Usage = Usage.Of(generation.Usage),
            PromptTokenIds = request.ReturnTokenIds ? generation.PromptTokenIds : null,
            PromptLogprobs = request.PromptLogprobs is null ? null : PromptLogprobs.Of(choices[0].PromptTokens),
        };
    }

    private static ChatChoice ToChoice(ChatCompletionRequest request, ChoiceText choice, int index) => new()
    {
        Index = index,
        Message = new AssistantMessage(choice.Text),
        Logprobs = request.Logprobs ? ChatLogprobMapper.Map(choice.TextTokens) : null,
        FinishReason = FinishReasons.Of(choice.FinishReason!.Value),
        TokenIds = request.ReturnTokenIds ? [.. choice.Tokens.Select(token => token.Id)] : null,
    };
}
