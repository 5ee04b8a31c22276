using Engine.Inference;

namespace Engine.Server.Models;

/// <summary>A loaded engine.</summary>
internal sealed class ServedEngine(LlmEngine engine) : ServedModel
{
    public override string Id => engine.ModelId;

    public override string Fingerprint => engine.Fingerprint;

    public override async Task<IServedGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        new ServedGeneration(await engine.StartAsync(request, cancellationToken).ConfigureAwait(false));
}
