using System.Diagnostics.CodeAnalysis;
using Engine.Inference;
using Engine.Inference.KVCache;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Engine.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>
/// Computes a plan with ONNX Runtime: pieces of prompts one sequence at a time, single tokens of all sequences as one batch where the graph allows it.
/// Unlike the managed runner's, its results may differ in the last bits with chunking and batching.
/// </summary>
[Experimental("ENGINE001")]
public sealed class OnnxRuntimeModelRunner : IModelRunner
{
    /// <summary>Tokens by which memory for keys and values is accounted for; each sequence has a row of its own.</summary>
    private const int BlockSize = 256;

    private readonly InferenceSession _session;
    private readonly CacheStore _caches;
    private readonly LogitsStore _logits;
    private readonly GraphRun _run;
    private readonly StepExecutor _executor;

    private OnnxRuntimeModelRunner(InferenceSession session, ModelSignature signature, ModelDirectory directory, LlmEngineOptions options)
    {
        _session = session;
        VocabularySize = signature.VocabularySize;
        int allowed = Math.Min(signature.ContextLength, ModelSignature.RotaryPositions(directory.ModelFile) ?? int.MaxValue);
        int contextLength = Math.Min(allowed, options.ContextLength ?? int.MaxValue);
        KVCacheLayout = LayoutOf(signature, contextLength, options);
        ContextLength = (int)Math.Min(contextLength, (long)KVCacheLayout.BlockSize * KVCacheLayout.BlockCount);
        bool shares = directory.Config.Decoder.SharesPastAndPresent && signature.Caches.Count > 0
            && signature.Caches.All(pair => pair.Kind is CacheKind.Key or CacheKind.Value);
        RowTable rows = new(options.MaxSequences);
        _caches = shares ? new SharedCacheStore(signature, rows, ContextLength) : new GrowingCacheStore(signature, rows);
        _logits = new HostLogits(signature);
        _run = new GraphRun(session, signature, _caches, _logits);
        _executor = new StepExecutor(signature, _run, _caches, _logits, rows, ContextLength);
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public KVCacheLayout KVCacheLayout { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; } = $"onnxruntime-{SessionFactory.PackageVersion}";

    /// <summary>Runs of the session so far, for tests.</summary>
    internal long RunCount => _run.Count;

    /// <summary>Opens a model: a <see cref="ModelRunnerFactory"/>.</summary>
    /// <inheritdoc cref="ModelRunnerFactory" path="/param"/>
    /// <exception cref="InvalidModelException">The folder cannot be run; the message says which file and what to do.</exception>
    public static IModelRunner Create(ModelDirectory directory, LlmEngineOptions options) => Create(directory, options, new OnnxRuntimeOptions());

    /// <summary>Opens a model with options of ONNX Runtime's own.</summary>
    /// <param name="directory">The model's folder, already read and checked.</param>
    /// <param name="options">What the user configured.</param>
    /// <param name="runtimeOptions">How ONNX Runtime runs it.</param>
    /// <exception cref="InvalidModelException">The folder cannot be run, or an option cannot be honoured here; the message says which and what to do.</exception>
    public static IModelRunner Create(ModelDirectory directory, LlmEngineOptions options, OnnxRuntimeOptions runtimeOptions)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(runtimeOptions);
        if (options.AccuracyLevel is not null)
        {
            throw new InvalidModelException("ONNX Runtime takes the accuracy level from the graph; leave AccuracyLevel (--accuracy-level) out or use the managed runner.");
        }

        InferenceSession session = SessionFactory.Open(directory, options, runtimeOptions);
        try
        {
            ModelSignature signature = ModelSignature.Create(directory, SessionFactory.Describe(session.InputMetadata), SessionFactory.Describe(session.OutputMetadata));
            return new OnnxRuntimeModelRunner(session, signature, directory, options);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Execute(StepPlan plan, Span<float> logits)
    {
        ArgumentNullException.ThrowIfNull(plan);
        try
        {
            _executor.Execute(plan, logits);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new GenerationException(GenerationError.ModelFailed, $"ONNX Runtime failed: {SessionFactory.OneSentence(exception.Message)}.", innerException: exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _caches.Dispose();
        _logits.Dispose();
        _session.Dispose();
    }

    private static KVCacheLayout LayoutOf(ModelSignature signature, int contextLength, LlmEngineOptions options)
    {
        int blockSize = Math.Min(BlockSize, contextLength);
        long bytesPerBlock = Math.Max(1, signature.CacheBytesPerToken * blockSize);
        long most = (long)options.MaxSequences * ((contextLength + blockSize - 1) / blockSize);
        long blocks = KVCacheBudget.Bytes(options, signature.CacheBytesPerToken * contextLength) / bytesPerBlock;
        return new KVCacheLayout(blockSize, (int)Math.Clamp(blocks, 1, most), bytesPerBlock, CanShareBlocks: false);
    }
}
