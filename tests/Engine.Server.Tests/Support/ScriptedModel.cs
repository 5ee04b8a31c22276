using Engine.Inference;
using Engine.Server.Models;

namespace Engine.Server.Tests.Support;

/// <summary>A model that says what a test tells it to, and remembers what it was asked.</summary>
internal sealed class ScriptedModel : ServedModel
{
    public override string Id { get; } = "default";

    public override string Fingerprint => "fp_test";

    /// <summary>Makes the answer to a request; by default the text "Hello, world!" in three tokens and an end token.</summary>
    public Func<GenerationRequest, ScriptedGeneration> Script { get; set; } = request => ScriptedGeneration.Saying(request, "Hello", ", ", "world!");

    public List<GenerationRequest> Requests { get; } = [];

    public List<ScriptedGeneration> Generations { get; } = [];

    public override Task<IServedGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        lock (Requests)
        {
            Requests.Add(request);
            ScriptedGeneration generation = Script(request);
            Generations.Add(generation);
            return Task.FromResult<IServedGeneration>(generation);
        }
    }
}
