using System.Security.Cryptography;
using System.Text;
using Engine.Inference;

namespace Engine.Server.Models;

/// <summary>A loaded engine.</summary>
internal sealed class ServedEngine(LlmEngine engine) : ServedModel
{
    public override string Id => engine.ModelId;

    /// <summary>Short, and silent about what the engine's own fingerprint is made of.</summary>
    public override string Fingerprint { get; } = "fp_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(engine.Fingerprint)).AsSpan(0, 8));

    public override async Task<IServedGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken) =>
        new ServedGeneration(await engine.StartAsync(request, cancellationToken).ConfigureAwait(false));
}
