using System.Runtime.CompilerServices;
using System.Text;
using Engine.Inference;
using Engine.Inference.Core;
using Engine.Server.Models;

namespace Engine.Server.Tests.Support;

/// <summary>A generation whose updates a test wrote down.</summary>
internal sealed class ScriptedGeneration(IReadOnlyList<GenerationUpdate> updates) : IServedGeneration
{
    public const int EndToken = 2;

    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _completionTokens;

    public IReadOnlyList<int> PromptTokenIds { get; } = [10, 11, 12];

    public string PromptText { get; } = "Once upon";

    public IReadOnlyList<string> Warnings => Remarks;

    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Called before each update; may wait or throw.</summary>
    public Func<int, CancellationToken, Task>? BeforeUpdate { get; init; }

    public GenerationUsage Usage => new(PromptTokenIds.Count, _completionTokens, CachedTokens: 1);

    /// <summary>Completes when the server lets go of it.</summary>
    public Task Disposed => _disposed.Task;

    /// <summary>Every choice says the pieces, one a token, and ends with an end token.</summary>
    public static ScriptedGeneration Saying(GenerationRequest request, params string[] pieces) => new(Updates(request, pieces));

    public static IReadOnlyList<GenerationUpdate> Updates(GenerationRequest request, params string[] pieces)
    {
        List<GenerationUpdate> updates = [];
        int offset = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            for (int choice = 0; choice < request.ChoiceCount; choice++)
            {
                updates.Add(new GenerationUpdate
                {
                    ChoiceIndex = choice,
                    Text = pieces[i],
                    Tokens = [Token(request, 100 + i, pieces[i], offset)],
                    PromptTokens = i == 0 && request.PromptLogprobs is { } top ? PromptTokens(top) : null,
                });
            }

            offset += pieces[i].Length;
        }

        for (int choice = 0; choice < request.ChoiceCount; choice++)
        {
            updates.Add(new GenerationUpdate
            {
                ChoiceIndex = choice,
                Tokens = [Token(request, EndToken, "", offset)],
                FinishReason = FinishReason.Stop,
                StopTokenId = EndToken,
            });
        }

        return updates;
    }

    public async IAsyncEnumerable<GenerationUpdate> UpdatesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < updates.Count; i++)
        {
            if (BeforeUpdate is not null)
            {
                await BeforeUpdate(i, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            _completionTokens += updates[i].Tokens.Count;
            yield return updates[i];
        }
    }

    public ValueTask DisposeAsync()
    {
        _disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private static GeneratedToken Token(GenerationRequest request, int id, string text, int offset) => request.Logprobs is { } top
        ? new GeneratedToken(id, Encoding.UTF8.GetBytes(text), -0.5f, Alternatives(top, text), offset)
        : new GeneratedToken(id, Encoding.UTF8.GetBytes(text), null, [], offset);

    private static TokenLogprob[] Alternatives(int count, string text) =>
        [.. Enumerable.Range(0, count).Select(i => new TokenLogprob(200 + i, Encoding.UTF8.GetBytes(i == 0 ? text : $"{text}{i}"), i == 0 ? -0.5f : float.NegativeInfinity))];

    private static GeneratedToken[] PromptTokens(int top) =>
    [
        new GeneratedToken(10, "Once"u8.ToArray(), null, [], 0),
        new GeneratedToken(11, " up"u8.ToArray(), -1.5f, Alternatives(top, " up"), 4),
        new GeneratedToken(12, "on"u8.ToArray(), -0.25f, Alternatives(top, "on"), 7),
    ];
}
