using Engine.Inference;

namespace Engine.Server.Models;

/// <summary>A generation of the engine.</summary>
internal sealed class ServedGeneration(Generation generation) : IServedGeneration
{
    public IReadOnlyList<int> PromptTokenIds => generation.PromptTokenIds;

    public string PromptText => generation.PromptText;

    public IReadOnlyList<string> Warnings => generation.Warnings;

    public GenerationUsage Usage => generation.Usage;

    public IAsyncEnumerable<GenerationUpdate> UpdatesAsync(CancellationToken cancellationToken) => generation.UpdatesAsync(cancellationToken);

    public ValueTask DisposeAsync() => generation.DisposeAsync();
}
