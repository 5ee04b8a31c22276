using Engine.Inference;

namespace Engine.Server.Models;

/// <summary>A loaded model as the handlers see it: something that starts generations.</summary>
internal abstract class ServedModel
{
    public abstract string Id { get; }

    /// <summary>Equal fingerprint, equal seed, equal text.</summary>
    public abstract string Fingerprint { get; }

    /// <summary>Steps 3 to 5 of a request.</summary>
    /// <exception cref="GenerationException">The request cannot be generated.</exception>
    public abstract Task<IServedGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken);
}
