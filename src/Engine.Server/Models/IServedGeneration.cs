using Engine.Inference;

namespace Engine.Server.Models;

/// <summary>A started request as the handlers see it. Disposing it ends what still runs.</summary>
internal interface IServedGeneration : IAsyncDisposable
{
    /// <inheritdoc cref="Generation.PromptTokenIds"/>
    IReadOnlyList<int> PromptTokenIds { get; }

    /// <inheritdoc cref="Generation.PromptText"/>
    string PromptText { get; }

    /// <inheritdoc cref="Generation.Warnings"/>
    IReadOnlyList<string> Warnings { get; }

    /// <inheritdoc cref="Generation.Usage"/>
    GenerationUsage Usage { get; }

    /// <inheritdoc cref="Generation.UpdatesAsync"/>
    IAsyncEnumerable<GenerationUpdate> UpdatesAsync(CancellationToken cancellationToken);
}
