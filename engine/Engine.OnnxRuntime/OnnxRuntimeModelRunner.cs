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
/// Computes a plan with ONNX Runtime: pieces of prompts one sequence at a time, single tokens of adjoining slots as one batch. A slot holds one
/// sequence, as long as the context. Unlike the managed runner's, its results may differ in the last bits with chunking and batching.
/// </summary>
[Experimental("ENGINE001")]
public sealed class OnnxRuntimeModelRunner : IModelRunner
{
    private const long MaxLogitsBytes = 256L << 20;

    private readonly InferenceSession _session;
    private readonly ModelSignature _signature;
    private readonly CacheStore _caches;
    private readonly StepInputs _inputs;
    private readonly LogitsBuffer _logits;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _outputNames;
    private readonly List<string> _inputNames = [];
    private readonly List<OrtValue> _inputValues = [];
    private readonly List<OrtValue> _outputValues = [];
    private readonly List<(ScheduledSequence Sequence, int LogitRow)> _single = [];
    private readonly int _maxTokensPerRun;

    private OnnxRuntimeModelRunner(InferenceSession session, ModelSignature signature, ModelDirectory directory, LlmEngineOptions options)
    {
        _session = session;
        _signature = signature;
        int allowed = Math.Min(signature.ContextLength, ModelSignature.RotaryPositions(directory.ModelFile) ?? int.MaxValue);
        ContextLength = Math.Min(allowed, options.ContextLength ?? int.MaxValue);
        long bytesPerSlot = Math.Max(1, signature.CacheBytesPerToken * ContextLength);
        int slots = (int)Math.Clamp(KVCacheBudget.Bytes(options, bytesPerSlot) / bytesPerSlot, 1, options.MaxSequences);
        KVCacheLayout = new KVCacheLayout(ContextLength, slots, bytesPerSlot, CanShareBlocks: false);
        bool shares = directory.Config.Decoder.SharesPastAndPresent && signature.Caches.Count > 0
            && signature.Caches.All(pair => pair.Kind is CacheKind.Key or CacheKind.Value);
        _caches = shares ? new SharedCacheStore(signature, slots, ContextLength) : new GrowingCacheStore(signature, slots);
        _inputs = new StepInputs(signature);
        _logits = new LogitsBuffer(signature);
        _outputNames = [signature.Logits.Name, .. signature.Caches.Select(pair => pair.Present.Name)];
        _maxTokensPerRun = (int)Math.Clamp(MaxLogitsBytes / (4L * signature.VocabularySize), 1, int.MaxValue);
    }

    /// <inheritdoc/>
    public int VocabularySize => _signature.VocabularySize;

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public KVCacheLayout KVCacheLayout { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; } = $"onnxruntime-{SessionFactory.PackageVersion}";

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
        int logitRow = 0;
        _single.Clear();
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            if (sequence.TokenCount == 1 && sequence.Position > 0 && _caches.CanBatch)
            {
                _single.Add((sequence, logitRow));
            }
            else
            {
                RunAlone(plan, sequence, logits.Slice(logitRow * VocabularySize, sequence.LogitCount * VocabularySize));
            }

            logitRow += sequence.LogitCount;
        }

        RunBatches(plan, logits);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _inputs.Dispose();
        _caches.Dispose();
        _logits.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
    }

    private void RunAlone(StepPlan plan, in ScheduledSequence sequence, Span<float> logits)
    {
        ReadOnlySpan<int> tokens = plan.TokensOf(sequence);
        int slot = plan.BlocksOf(sequence)[0];
        int firstWanted = tokens.Length - sequence.LogitCount;
        for (int start = 0; start < tokens.Length;)
        {
            int count = Math.Min(_maxTokensPerRun, tokens.Length - start);
            if (_signature.HasLastLogitsOnly)
            {
                // The row of a token is only to be had when it is the last of its run.
                count = start < firstWanted ? Math.Min(count, firstWanted + 1 - start) : 1;
            }

            int end = start + count;
            int wanted = Math.Clamp(end - firstWanted, 0, count);
            int rows = RowsOf(count, wanted);
            Run(tokens[start..end], [sequence.Position + start], slot, rows);
            for (int i = 0; i < wanted; i++)
            {
                int row = end - wanted + i - firstWanted;
                _logits.CopyRow(rows - wanted + i, logits.Slice(row * VocabularySize, VocabularySize));
            }

            start = end;
        }
    }

    private void RunBatches(StepPlan plan, Span<float> logits)
    {
        _single.Sort((left, right) => SlotOf(plan, left.Sequence).CompareTo(SlotOf(plan, right.Sequence)));
        Span<int> tokens = stackalloc int[64];
        Span<int> positions = stackalloc int[64];
        for (int first = 0; first < _single.Count;)
        {
            int slot = SlotOf(plan, _single[first].Sequence);
            int count = 0;
            while (count < tokens.Length && first + count < _single.Count && SlotOf(plan, _single[first + count].Sequence) == slot + count)
            {
                ScheduledSequence sequence = _single[first + count].Sequence;
                tokens[count] = plan.TokensOf(sequence)[0];
                positions[count++] = sequence.Position;
            }

            Run(tokens[..count], positions[..count], slot, rows: 1);
            for (int i = 0; i < count; i++)
            {
                (ScheduledSequence sequence, int row) = _single[first + i];
                if (sequence.LogitCount > 0)
                {
                    _logits.CopyRow(i, logits.Slice(row * VocabularySize, VocabularySize));
                }
            }

            first += count;
        }
    }

    private static int SlotOf(StepPlan plan, in ScheduledSequence sequence) => plan.BlocksOf(sequence)[0];

    private int RowsOf(int count, int wanted) => _signature.HasLastLogitsOnly ? 1 : _signature.LogitCount is null ? count : Math.Max(1, wanted);

    private void Run(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions, int slot, int rows)
    {
        int longest = 0;
        foreach (int position in positions)
        {
            longest = Math.Max(longest, position);
        }

        _inputs.Fill(tokens, positions, rows);
        _caches.Prepare(slot, positions.Length, longest, tokens.Length / positions.Length);
        using OrtValue logits = _logits.Tensor(positions.Length, rows);
        _inputNames.Clear();
        _inputNames.AddRange(_inputs.Names);
        _inputValues.Clear();
        _inputValues.AddRange(_inputs.Values);
        for (int i = 0; i < _signature.Caches.Count; i++)
        {
            _inputNames.Add(_signature.Caches[i].Past.Name);
            _inputValues.Add(_caches.Past[i]);
        }

        _outputValues.Clear();
        _outputValues.Add(logits);
        _outputValues.AddRange(_caches.Present);
        try
        {
            _session.Run(_runOptions, _inputNames, _inputValues, _outputNames, _outputValues);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new GenerationException(GenerationError.ModelFailed, $"ONNX Runtime failed: {SessionFactory.OneSentence(exception.Message)}.", innerException: exception);
        }
        finally
        {
            _caches.Commit();
        }
    }
}
