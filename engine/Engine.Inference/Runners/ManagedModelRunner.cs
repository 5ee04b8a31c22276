using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using Engine.Inference.KVCache;
using Engine.Inference.Models;
using Engine.Inference.Runners.Rewriting;
using Engine.Inference.Scheduling;
using Engine.Onnx;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners;

/// <summary>
/// Computes a plan with <see cref="OnnxSession"/>, in managed code. Keys and values are in blocks and all sequences of a step run as one batch, where
/// the graph allows it; a sequence's results are the same, bit for bit, alone, beside others, in pieces and after a shared beginning.
/// </summary>
[Experimental("ENGINE001")]
public sealed class ManagedModelRunner : IModelRunner
{
    private readonly OnnxModel _model;
    private readonly PlanExecutor _executor;

    private ManagedModelRunner(OnnxModel model, ModelSignature signature, PagedAttentionPass pass, OnnxSession session, LlmEngineOptions options)
    {
        _model = model;
        VocabularySize = signature.VocabularySize;
        int contextLength = Math.Min(Math.Min(signature.ContextLength, options.ContextLength ?? int.MaxValue), pass.RotaryPositions ?? int.MaxValue);
        _executor = pass.Result is { } graph
            ? new PagedPlanExecutor(session, signature, graph, options, contextLength)
            : new PlainPlanExecutor(session, signature, options, contextLength);
        ContextLength = (int)Math.Min(contextLength, (long)KVCacheLayout.BlockSize * KVCacheLayout.BlockCount);
        WeightBytes = session.WeightBytes;
        WhyNotPaged = pass.Result is null ? pass.Reason : null;
        // Kernels of another width add in another order.
        int width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        string precision = options.AccuracyLevel is { } level ? $"accuracy{level}" : "graph";
        string cache = pass.Result is null ? "plain" : $"paged-{CacheType(options.KVCacheType)}".ToLowerInvariant();
        Fingerprint = $"managed-{cache}-{precision}-simd{width}";
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public KVCacheLayout KVCacheLayout => _executor.Layout;

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <summary>Bytes of weights that every step reads, however few tokens it computes.</summary>
    public long WeightBytes { get; }

    /// <summary>Why sequences run one at a time and share nothing, as the end of a sentence; <see langword="null"/> when they run as one batch.</summary>
    public string? WhyNotPaged { get; }

    /// <summary>Opens a model: a <see cref="ModelRunnerFactory"/>.</summary>
    /// <param name="directory">The model's folder, already read and checked.</param>
    /// <param name="options">What the user configured.</param>
    /// <exception cref="InvalidModelException">The folder cannot be run; the message says which file and what to do.</exception>
    public static IModelRunner Create(ModelDirectory directory, LlmEngineOptions options) => Create(directory, options, paged: true);

    /// <summary>Opens a model.</summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="options">What the user configured.</param>
    /// <param name="paged">Whether the graph may be rewritten; else it runs as it is written, one sequence at a time.</param>
    internal static ManagedModelRunner Create(ModelDirectory directory, LlmEngineOptions options, bool paged)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        RefuseOtherDevices(options);
        OnnxModel model = OnnxModel.Load(directory.ModelFile);
        OnnxSession? session = null;
        try
        {
            ModelSignature signature = ModelSignature.Create(directory, model.Inputs, model.Outputs);
            PagedAttentionPass pass = new(signature, CacheType(options.KVCacheType), paged);
            session = OnnxSession.Create(model, new OnnxSessionOptions
            {
                Threads = options.Threads,
                PinThreads = options.PinThreads,
                AccuracyLevel = options.AccuracyLevel,
                Weights = options.Weights,
                WeightCacheFolder = options.WeightCacheFolder,
                WeightCacheBytes = options.WeightCacheBytes,
                Passes = [pass],
            });
            if (pass.Result is null && options.KVCacheType is not null)
            {
                throw new InvalidModelException($"This graph keeps its keys and values itself ({pass.Reason}); leave KVCacheType (--kv-type) out.");
            }

            return new ManagedModelRunner(model, signature, pass, session, options);
        }
        catch
        {
            session?.Dispose();
            model.Dispose();
            throw;
        }
    }

    private static ElementType CacheType(KVCacheType? type) => type switch
    {
        KVCacheType.Float32 => ElementType.Float32,
        KVCacheType.Int8 => ElementType.Int8,
        _ => ElementType.Float16,
    };

    /// <inheritdoc/>
    public void Execute(StepPlan plan, Span<float> logits)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (!plan.IsEmpty)
        {
            _executor.Execute(plan, logits);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _executor.Dispose();
        _model.Dispose();
    }

    private static void RefuseOtherDevices(LlmEngineOptions options)
    {
        if (options.Device is { Kind: not ExecutionDeviceKind.Cpu } device)
        {
            throw new InvalidModelException($"The managed runner computes on the CPU, not on {device}; leave Device (--device) out, or choose another runner, as in --runner onnxruntime.");
        }

        if (options.ProviderOptions.Count > 0 || options.NativeFolder is not null)
        {
            string option = options.NativeFolder is null ? "ProviderOptions (--provider-option)" : "NativeFolder (--native-folder)";
            throw new InvalidModelException($"The managed runner uses no native library and no execution provider; leave {option} out, or choose another runner, as in --runner onnxruntime.");
        }
    }
}
