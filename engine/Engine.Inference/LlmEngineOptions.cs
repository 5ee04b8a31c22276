using System.Diagnostics.CodeAnalysis;
using Engine.Inference.Runners;
using Engine.Onnx;

namespace Engine.Inference;

/// <summary>How a model is loaded and served.</summary>
public sealed class LlmEngineOptions
{
    /// <summary>The model's folder. Required.</summary>
    public string Model { get; set; } = "";

    /// <summary>The name the model goes by; the folder's name by default.</summary>
    public string? ModelId { get; set; }

    /// <summary>Threads that compute, the engine's own included; 0, the default: one a physical core, within the limits set for the process.</summary>
    public int Threads { get; set; }

    /// <summary>
    /// Whether each of those threads stays on a processor of its own (managed runner only). <see langword="false"/> by default: it helps where a scheduler keeps two
    /// threads on one core, and hurts beside other busy programs.
    /// </summary>
    public bool PinThreads { get; set; }

    /// <summary>
    /// Overrides the <c>accuracy_level</c> of the graph's MatMulNBits nodes: 0 or 1 keep activations as floats, 4 rounds them to 8-bit integers.
    /// <see langword="null"/>, the default: as the graph says.
    /// </summary>
    public int? AccuracyLevel { get; set; }

    /// <summary>What becomes of quantized weights when the managed runner loads a model; answers do not depend on it. <see cref="WeightPreparation.Auto"/> by default.</summary>
    public WeightPreparation Weights { get; set; }

    /// <summary>
    /// The folder for <see cref="WeightPreparation.Cached"/>; <see langword="null"/>, the default: what the environment variable <c>ENGINE_CACHE</c> says, else
    /// <c>engine</c> in the user's cache folder (<c>XDG_CACHE_HOME</c> or <c>~/.cache</c>, on Windows <c>%LOCALAPPDATA%</c>).
    /// </summary>
    public string? WeightCacheFolder { get; set; }

    /// <summary>The most bytes of that folder; the files unused for longest are deleted. At least 1; 16 GiB by default.</summary>
    public long WeightCacheBytes { get; set; } = 16L << 30;

    /// <summary>The most tokens one sequence may hold; <see langword="null"/>, the default: what the model allows.</summary>
    public int? ContextLength { get; set; }

    /// <summary>Memory for keys and values, in bytes; <see langword="null"/>, the default: room for a full context for each of four sequences, at most a quarter of the memory that is free.</summary>
    public long? KVCacheBytes { get; set; }

    /// <summary>
    /// How keys and values are kept. <see langword="null"/>, the default: as 16-bit floats where the runner keeps them in blocks, else as the graph keeps
    /// them; other runners and graphs refuse a type.
    /// </summary>
    public KVCacheType? KVCacheType { get; set; }

    /// <summary>The most sequences computed in one step. 1 to 1,024; 64 by default.</summary>
    public int MaxSequences { get; set; } = 64;

    /// <summary>The most tokens computed in one step; longer prompts are computed in pieces. At least 16; 512 by default.</summary>
    public int MaxTokensPerStep { get; set; } = 512;

    /// <summary>The most sequences that wait for a place; one more is refused. 1,024 by default.</summary>
    public int MaxQueuedSequences { get; set; } = 1024;

    /// <summary>Whether prompts that begin alike share their keys and values. <see langword="true"/> by default.</summary>
    public bool PrefixCache { get; set; } = true;

    /// <summary>
    /// Whether the model's folder may name a native library of operators (<c>custom_ops_library</c>), which the runner of ONNX Runtime GenAI then loads: code of
    /// whoever made the folder. <see langword="false"/> by default; then such a folder is refused.
    /// </summary>
    public bool AllowNativeCode { get; set; }

    /// <summary>What computes; <see langword="null"/>, the default: the managed runner.</summary>
    [Experimental("ENGINE001")]
    public ModelRunnerFactory? Runner { get; set; }

    /// <summary>
    /// What the runner computes on; <see langword="null"/>, the default: the runner chooses. One that is asked for and cannot be used is an error, never
    /// the processor instead.
    /// </summary>
    [Experimental("ENGINE001")]
    public ExecutionDevice? Device { get; set; }

    /// <summary>
    /// Options of the device's execution provider, by the names that the provider gives them, as in <c>gpu_mem_limit</c>. None by default; one that the
    /// provider does not know is refused when the model is loaded.
    /// </summary>
    [Experimental("ENGINE001")]
    public IDictionary<string, string> ProviderOptions { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// The folder to load the runner's native libraries from, for all models of the process; <see langword="null"/>, the default: those that came with the program.
    /// </summary>
    [Experimental("ENGINE001")]
    public string? NativeFolder { get; set; }
}
