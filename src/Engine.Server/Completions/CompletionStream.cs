using Engine.Inference;
using Engine.Server.Models;
using Engine.Server.Protocol;
using Engine.Server.Requests;
using Engine.Server.Streaming;

namespace Engine.Server.Completions;

/// <summary>The events of a streamed completion: for each choice the prompt, if echoed, its text as it comes, its end; then the usage, if asked for.</summary>
internal sealed class CompletionStream : IStreamFormat
{
    private readonly CompletionRequest _request;
    private readonly AnswerHead _head;
    private readonly IReadOnlyList<IServedGeneration> _generations;
    private readonly HeldTokens[] _held;
    private readonly bool[] _begun;

    public CompletionStream(CompletionRequest request, AnswerHead head, IReadOnlyList<IServedGeneration> generations)
    {
        _request = request;
        _head = head;
        _generations = generations;
        _held = [.. Enumerable.Range(0, generations.Count * request.ChoiceCount).Select(_ => new HeldTokens())];
        _begun = new bool[_held.Length];
    }

    public void WriteStart(SseWriter output)
    {
    }

    public void WriteUpdate(SseWriter output, GenerationUpdate update)
    {
        int index = update.ChoiceIndex;
        IServedGeneration generation = _generations[index / _request.ChoiceCount];
        int offset = _request.Echo ? generation.PromptText.Length : 0;
        if (!_begun[index])
        {
            _begun[index] = true;
            WriteBeginning(output, index, generation, update.PromptTokens);
        }

        if (_held[index].Take(update) is not { } tokens)
        {
            return;
        }

        IReadOnlyList<GeneratedToken> textTokens = ChoiceText.EndsByToken(update) ? [.. tokens.SkipLast(1)] : tokens;
        CompletionLogprobs? logprobs = _request.Logprobs is not null && textTokens.Count > 0 ? CompletionLogprobMapper.Map([], textTokens, offset) : null;
        IReadOnlyList<int>? ids = _request.ReturnTokenIds && tokens.Count > 0 ? [.. tokens.Select(token => token.Id)] : null;
        if (update.Text.Length > 0 || logprobs is not null || ids is not null)
        {
            Write(output, new CompletionChoice { Index = index, Text = update.Text, Logprobs = logprobs, TokenIds = ids });
        }

        if (update.FinishReason is { } reason)
        {
            Write(output, new CompletionChoice { Index = index, Text = "", FinishReason = FinishReasons.Of(reason) });
        }
    }

    public void WriteEnd(SseWriter output)
    {
        if (_request.IncludeUsage)
        {
            WriteWithUsage(output, [], null, Usage.Of(TotalUsage.Of(_generations)));
        }
    }

    private void WriteBeginning(SseWriter output, int index, IServedGeneration generation, IReadOnlyList<GeneratedToken>? promptTokens)
    {
        if (!_request.Echo && !_request.ReturnTokenIds)
        {
            return;
        }

        Write(output, new CompletionChoice
        {
            Index = index,
            Text = _request.Echo ? generation.PromptText : "",
            Logprobs = _request.Echo && _request.Logprobs is not null && promptTokens is not null ? CompletionLogprobMapper.Map(promptTokens, [], 0) : null,
            PromptTokenIds = _request.ReturnTokenIds ? generation.PromptTokenIds : null,
        });
    }

    private void Write(SseWriter output, CompletionChoice choice)
    {
        string? obfuscation = _request.IncludeObfuscation ? Obfuscation.For(choice.Text) : null;
        if (_request.IncludeUsage)
        {
            WriteWithUsage(output, [choice], obfuscation, usage: null);
            return;
        }

        Completion chunk = new()
        {
            Id = _head.Id,
            Created = _head.Created,
            Model = _head.Model,
            SystemFingerprint = _head.Fingerprint,
            Choices = [choice],
            Obfuscation = obfuscation,
        };
        output.Write(chunk, OpenAIJsonContext.Default.Completion);
    }

    private void WriteWithUsage(SseWriter output, IReadOnlyList<CompletionChoice> choices, string? obfuscation, Usage? usage)
    {
        CompletionWithUsage chunk = new()
        {
            Id = _head.Id,
            Created = _head.Created,
            Model = _head.Model,
            SystemFingerprint = _head.Fingerprint,
            Choices = choices,
            Obfuscation = obfuscation,
            Usage = usage,
        };
        output.Write(chunk, OpenAIJsonContext.Default.CompletionWithUsage);
    }
}
