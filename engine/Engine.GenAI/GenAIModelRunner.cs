using System.Diagnostics.CodeAnalysis;
using Engine.Inference;
using Engine.Inference.KVCache;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Runners.DirectML;
using Engine.Inference.Scheduling;
using Engine.Onnx;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Engine.GenAI;

/// <summary>
/// Computes a plan with ONNX Runtime GenAI, on the processor, CUDA or DirectML: a generator a sequence, one after another. GenAI keeps weights, keys and values and
/// gives logits; its sampling is not used. Results may differ in the last bits with the pieces in which a prompt comes.
/// </summary>
[Experimental("ENGINE001")]
public sealed class GenAIModelRunner : IModelRunner
{
    private const long MaxLogitsBytes = 256L << 20;

    private readonly ModelDirectory _directory;
    private readonly LlmEngineOptions _options;
    private readonly ModelSignature _signature;
    private readonly SequenceSlot[] _slots;

    /// <summary><see langword="null"/> after the device was lost, until it is loaded again.</summary>
    private GenAIModel? _model;

    private GenAIModelRunner(ModelDirectory directory, LlmEngineOptions options, GenAIModel model)
    {
        _directory = directory;
        _options = options;
        _model = model;
        _signature = model.Signature;
        int allowed = Math.Min(_signature.ContextLength, ModelSignature.RotaryPositions(directory.ModelFile) ?? int.MaxValue);
        ContextLength = Math.Min(allowed, options.ContextLength ?? int.MaxValue);
        long bytesPerSlot = Math.Max(1, _signature.CacheBytesPerToken * ContextLength);
        int slots = (int)Math.Clamp(KVCacheBudget.Bytes(options, bytesPerSlot) / bytesPerSlot, 1, options.MaxSequences);
        KVCacheLayout = new KVCacheLayout(ContextLength, slots, bytesPerSlot, CanShareBlocks: false);
        int maxTokensPerRun = (int)Math.Clamp(MaxLogitsBytes / (4L * _signature.VocabularySize), 1, int.MaxValue);
        _slots = [.. Enumerable.Range(0, slots).Select(_ => new SequenceSlot(ContextLength, maxTokensPerRun))];
        Fingerprint = $"genai-{NativeLibraries.PackageVersion}-{model.Device?.ToString() ?? string.Join('+', directory.Config.Decoder.Providers)}";
    }

    /// <inheritdoc/>
    public int VocabularySize => _signature.VocabularySize;

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public KVCacheLayout KVCacheLayout { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <summary>What was loaded.</summary>
    internal GenAIModel Model => _model ??= GenAIModel.Open(_directory, _signature, _options);

    /// <summary>Opens a model: a <see cref="ModelRunnerFactory"/>.</summary>
    /// <param name="directory">The model's folder, already read and checked.</param>
    /// <param name="options">What the user configured.</param>
    /// <exception cref="InvalidModelException">The folder cannot be run, or an option cannot be honoured here; the message says which and what to do.</exception>
    public static IModelRunner Create(ModelDirectory directory, LlmEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        if (options.AccuracyLevel is not null)
        {
            throw new InvalidModelException("ONNX Runtime GenAI takes the accuracy level from the graph; leave AccuracyLevel (--accuracy-level) out or use the managed runner.");
        }

        if (options.KVCacheType is not null)
        {
            throw new InvalidModelException("ONNX Runtime GenAI keeps keys and values as the graph does; leave KVCacheType (--kv-type) out or use the managed runner.");
        }

        if (options.KVCacheType is not null)
        {
            throw new InvalidModelException("ONNX Runtime GenAI keeps keys and values as the graph does; leave KVCacheType (--kv-type) out or use the managed runner.");
        }

        NativeLibraries.Use(options.NativeFolder);
        ModelDirectory onDevice = FolderFor(directory, DeviceConfig.Choose(directory, options));
        using OnnxModel graph = OnnxModel.Load(onDevice.ModelFile);
        ModelSignature signature = ModelSignature.Create(onDevice, graph.Inputs, graph.Outputs);
        return new GenAIModelRunner(onDevice, options, GenAIModel.Open(onDevice, signature, options));
    }

    /// <inheritdoc/>
    public void Execute(StepPlan plan, Span<float> logits)
    {
        ArgumentNullException.ThrowIfNull(plan);
        int row = 0;
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            Execute(plan, sequence, logits.Slice(row * VocabularySize, sequence.LogitCount * VocabularySize));
            row += sequence.LogitCount;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    /// <summary>The folder that the device runs: DirectML takes a layout of its own, and CUDA's own is for it alone.</summary>
    private static ModelDirectory FolderFor(ModelDirectory directory, ExecutionDevice? device)
    {
        if (device is { Kind: ExecutionDeviceKind.Cpu } && CudaLayout.Find(directory.ModelFile) is string layout)
        {
            throw new InvalidModelException($"{directory.ModelFile} gives wrong results on the processor: {layout}, or run it by CUDA (--device cuda).");
        }

        if (device is not { Kind: ExecutionDeviceKind.DirectML } adapter)
        {
            return directory;
        }

        return OperatingSystem.IsWindows() ? DirectMLFolder.Prepare(directory) : throw LoadFault.NoDirectML(adapter);
    }

    private void Execute(StepPlan plan, in ScheduledSequence sequence, Span<float> logits)
    {
        SequenceSlot slot = _slots[plan.BlocksOf(sequence)[0]];
        try
        {
            slot.Execute(Model, sequence, plan.TokensOf(sequence), logits);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            slot.Release();
            DeviceFaultKind fault = DeviceFault.KindOf(exception.Message);
            if (fault == DeviceFaultKind.OutOfMemory && ReleaseIdle(plan))
            {
                Execute(plan, sequence, logits);
                return;
            }

            if (fault == DeviceFaultKind.DeviceLost)
            {
                Close();
            }

            throw RunFault.Of(exception);
        }
    }

    /// <summary>Gives the memory back of sequences that are not in this step: those that have ended, and others compute theirs anew.</summary>
    /// <returns>Whether there was any.</returns>
    private bool ReleaseIdle(StepPlan plan)
    {
        bool released = false;
        foreach (SequenceSlot slot in _slots)
        {
            if (slot.HoldsMemory && !IsPlanned(plan, slot))
            {
                slot.Release();
                released = true;
            }
        }

        return released;
    }

    private static bool IsPlanned(StepPlan plan, SequenceSlot slot)
    {
        foreach (ref readonly ScheduledSequence sequence in plan.Sequences)
        {
            if (sequence.SequenceId == slot.SequenceId)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets go of the model, after its generators: GenAI asks for that order.</summary>
    private void Close()
    {
        foreach (SequenceSlot slot in _slots)
        {
            slot.Release();
        }

        _model?.Dispose();
        _model = null;
    }
}
