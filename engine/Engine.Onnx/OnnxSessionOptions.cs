using Engine.Onnx.Optimization;
using Engine.Onnx.Threading;

namespace Engine.Onnx;

/// <summary>How an <see cref="OnnxSession"/> runs.</summary>
public sealed class OnnxSessionOptions
{
    /// <summary>Threads that share the work of an operator, the caller's among them; 0, the default, takes as many as there are processors.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Overrides the <c>accuracy_level</c> of every quantized matrix product: 4 rounds activations to 8 bits, 1 keeps them as floats. Null, the default, leaves the
    /// model's own.
    /// </summary>
    public int? AccuracyLevel { get; init; }

    /// <summary>Whether to collect the time that each kind of operator takes.</summary>
    public bool CollectTimings { get; init; }

    /// <summary>Threads that several sessions share; the session does not dispose of them. Overrides <see cref="Threads"/>.</summary>
    internal WorkerPool? Workers { get; init; }

    /// <summary>Rewritings of the caller, run after constants are folded and before patterns are fused.</summary>
    internal IReadOnlyList<IGraphPass> Passes { get; init; } = [];
}
