using Engine.Onnx.Optimization;
using Engine.Onnx.Threading;

namespace Engine.Onnx;

/// <summary>How an <see cref="OnnxSession"/> runs.</summary>
public sealed class OnnxSessionOptions
{
    /// <summary>Threads that share the work of an operator, the caller's among them; 0, the default, takes one a physical core, within the limits set for the process.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether each of them stays on a processor of its own; the thread that calls <see cref="OnnxSession.Run(ReadOnlySpan{Tensors.Tensor}, Span{Tensors.Tensor})"/> too. False by
    /// default: it helps where a scheduler keeps two threads on one core, and hurts beside other busy programs.
    /// </summary>
    public bool PinThreads { get; init; }

    /// <summary>
    /// Overrides the <c>accuracy_level</c> of every quantized matrix product: 4 rounds activations to 8 bits, 1 keeps them as floats. Null, the default, leaves the
    /// model's own.
    /// </summary>
    public int? AccuracyLevel { get; init; }

    /// <summary>What becomes of quantized weights before the first run. Results do not depend on it.</summary>
    public WeightPreparation Weights { get; init; }

    /// <summary>
    /// The folder for <see cref="WeightPreparation.Cached"/>; null, the default: what the environment variable <c>ENGINE_CACHE</c> says, else <c>engine</c> in the
    /// user's cache folder (<c>XDG_CACHE_HOME</c> or <c>~/.cache</c>, on Windows <c>%LOCALAPPDATA%</c>).
    /// </summary>
    public string? WeightCacheFolder { get; init; }

    /// <summary>The most bytes of that folder; the files unused for longest are deleted. 16 GiB by default.</summary>
    public long WeightCacheBytes { get; init; } = 16L << 30;

    /// <summary>Whether to collect the time that each kind of operator takes.</summary>
    public bool CollectTimings { get; init; }

    /// <summary>Threads that several sessions share; the session does not dispose of them. Overrides <see cref="Threads"/>.</summary>
    internal WorkerPool? Workers { get; init; }

    /// <summary>Rewritings of the caller, run after constants are folded and before patterns are fused.</summary>
    internal IReadOnlyList<IGraphPass> Passes { get; init; } = [];
}
