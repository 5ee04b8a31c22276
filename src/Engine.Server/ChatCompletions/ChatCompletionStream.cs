using Engine.Inference;
using Engine.Server.Models;
using Engine.Server.Protocol;
using Engine.Server.Streaming;

namespace Engine.Server.ChatCompletions;

/// <summary>The events of a streamed chat completion: a role for each choice, its text as it comes, its end; then the usage, if asked for.</summary>
internal sealed class ChatCompletionStream(ChatCompletionRequest request, AnswerHead head, IServedGeneration generation) : IStreamFormat
{
    private static readonly ChatDelta Empty = new();

    private readonly HeldTokens[] _held = [.. Enumerable.Range(0, request.ChoiceCount).Select(_ => new HeldTokens())];

    public void WriteStart(SseWriter output)
    {
        for (int i = 0; i < request.ChoiceCount; i++)
        {
            Write(
                output,
                new ChatChunkChoice { Index = i, Delta = new ChatDelta { Role = "assistant", Content = "" } },
                promptTokenIds: request.ReturnTokenIds && i == 0 ? generation.PromptTokenIds : null);
        }
    }

    public void WriteUpdate(SseWriter output, GenerationUpdate update)
    {
        if (_held[update.ChoiceIndex].Take(update) is not { } tokens)
        {
            return;
        }

        IEnumerable<GeneratedToken> textTokens = ChoiceText.EndsByToken(update) ? tokens.SkipLast(1) : tokens;
        ChatLogprobs? logprobs = request.Logprobs && textTokens.Any() ? ChatLogprobMapper.Map(textTokens) : null;
        IReadOnlyList<int>? ids = request.ReturnTokenIds && tokens.Count > 0 ? [.. tokens.Select(token => token.Id)] : null;
        if (update.Text.Length > 0 || logprobs is not null || ids is not null)
        {
            Write(output, new ChatChunkChoice
            {
                Index = update.ChoiceIndex,
                Delta = new ChatDelta { Content = update.Text },
                Logprobs = logprobs,
                TokenIds = ids,
            });
        }

        if (update.FinishReason is { } reason)
        {
            Write(output, new ChatChunkChoice { Index = update.ChoiceIndex, Delta = Empty, FinishReason = FinishReasons.Of(reason) });
        }
    }

    public void WriteEnd(SseWriter output)
    {
        if (request.IncludeUsage)
        {
            WriteUsageChunk(output, [], null, null, Usage.Of(generation.Usage));
        }
    }

    private void Write(SseWriter output, ChatChunkChoice choice, IReadOnlyList<int>? promptTokenIds = null)
    {
        string? obfuscation = request.IncludeObfuscation ? Obfuscation.For(choice.Delta.Content ?? "") : null;
        if (request.IncludeUsage)
        {
            WriteUsageChunk(output, [choice], promptTokenIds, obfuscation, usage: null);
            return;
        }

        ChatCompletionChunk chunk = new()
        {
            Id = head.Id,
            Created = head.Created,
            Model = head.Model,
            ServiceTier = request.ServiceTier,
            SystemFingerprint = head.Fingerprint,
            Choices = [choice],
            PromptTokenIds = promptTokenIds,
            Obfuscation = obfuscation,
        };
        output.Write(chunk, OpenAIJsonContext.Default.ChatCompletionChunk);
    }

    private void WriteUsageChunk(
        SseWriter output, IReadOnlyList<ChatChunkChoice> choices, IReadOnlyList<int>? promptTokenIds, string? obfuscation, Usage? usage)
    {
        ChatCompletionUsageChunk chunk = new()
        {
            Id = head.Id,
            Created = head.Created,
            Model = head.Model,
            ServiceTier = request.ServiceTier,
            SystemFingerprint = head.Fingerprint,
            Choices = choices,
            PromptTokenIds = promptTokenIds,
            Obfuscation = obfuscation,
            Usage = usage,
        };
        output.Write(chunk, OpenAIJsonContext.Default.ChatCompletionUsageChunk);
    }
}
