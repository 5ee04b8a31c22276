namespace Engine.Inference;

/// <summary>A started request: what its prompt came to, and its answers as they are made. Disposing it ends what still runs.</summary>
public abstract class Generation : IAsyncDisposable
{
    /// <summary>The prompt's tokens.</summary>
    public abstract IReadOnlyList<int> PromptTokenIds { get; }

    /// <summary>The prompt as text: the rendered chat, the text given, or the decoded ids.</summary>
    public abstract string PromptText { get; }

    /// <summary>What was asked for but has no effect on this model, one sentence each.</summary>
    public abstract IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// The answers, in the order in which they are made; choices of one request interleave. The last update of each choice has a
    /// <see cref="GenerationUpdate.FinishReason"/>. Leaving the loop early, or cancelling, frees the request's resources within one step.
    /// May be enumerated once.
    /// </summary>
    /// <exception cref="GenerationException">The model or its device failed while generating.</exception>
    public abstract IAsyncEnumerable<GenerationUpdate> UpdatesAsync(CancellationToken cancellationToken = default);

    /// <summary>What the request consumed and produced up to now, exact at every moment.</summary>
    public abstract GenerationUsage Usage { get; }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
