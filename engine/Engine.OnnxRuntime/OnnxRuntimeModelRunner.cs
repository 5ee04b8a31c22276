using System.Diagnostics.CodeAnalysis;
using Engine.Inference;
using Engine.Inference.KVCache;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Scheduling;
using Engine.Onnx;
using Engine.OnnxRuntime.Devices;
using Microsoft.ML.OnnxRuntime;

namespace Engine.OnnxRuntime;

/// <summary>
/// Computes a plan with ONNX Runtime, on the processor, by CUDA or by DirectML: pieces of prompts one sequence at a time, single tokens of all sequences as
/// one batch where the graph and the device allow it. Unlike the managed runner's, its results may differ in the last bits with chunking and batching.
/// </summary>
[Experimental("ENGINE001")]
public sealed class OnnxRuntimeModelRunner : IModelRunner
{
    private readonly ExecutionDevice _device;
    private readonly Func<OpenModel> _open;
    private OpenModel? _model;

    private OnnxRuntimeModelRunner(ExecutionDevice device, Func<OpenModel> open)
    {
        _device = device;
        _open = open;
        _model = open();
        VocabularySize = _model.Signature.VocabularySize;
        ContextLength = _model.ContextLength;
        KVCacheLayout = _model.Layout;
        string kind = device.Kind == ExecutionDeviceKind.Cpu ? "" : device.Kind == ExecutionDeviceKind.Cuda ? "-cuda" : "-dml";
        Fingerprint = $"onnxruntime{kind}-{SessionFactory.PackageVersion}";
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public int ContextLength { get; }

    /// <inheritdoc/>
    public KVCacheLayout KVCacheLayout { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <summary>Runs of the session so far, for tests.</summary>
    internal long RunCount => _model!.RunCount;

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

        if (options.KVCacheType is not null)
        {
            throw new InvalidModelException("ONNX Runtime keeps keys and values as the graph does; leave KVCacheType (--kv-type) out or use the managed runner.");
        }

        ExecutionDevice device = options.Device ?? DeviceChoice.For(directory, options.NativeFolder).Device;
        return new OnnxRuntimeModelRunner(device, () => OpenModel.Open(DeviceFolder.For(directory, device), device, options, runtimeOptions));
    }

    /// <inheritdoc/>
    public void Execute(StepPlan plan, Span<float> logits)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _model ??= Reopen();
        try
        {
            _model.Execute(plan, logits);
        }
        catch (OnnxRuntimeException exception)
        {
            throw Failed(exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _model?.Dispose();

    private OpenModel Reopen()
    {
        try
        {
            return _open();
        }
        catch (InvalidModelException exception)
        {
            throw new GenerationException(GenerationError.ModelFailed, $"The device {_device} was lost and does not come back; restart the server. {exception.Message}", innerException: exception);
        }
    }

    /// <summary>What the requests of a failed step hear; a device that was lost is opened again by the next step.</summary>
    internal GenerationException Failed(Exception exception)
    {
        string what = DeviceFault.OneSentence(exception.Message);
        DeviceFaultKind kind = DeviceFault.KindOf(exception.Message);
        if (kind == DeviceFaultKind.DeviceLost)
        {
            _model!.Dispose();
            _model = null;
        }

        string sentence = kind switch
        {
            DeviceFaultKind.DeviceLost => $"The device {_device} was lost ({what}); the model is opened again for the next request.",
            DeviceFaultKind.OutOfMemory => $"The memory of {_device} does not suffice ({what}); ask for fewer tokens, or serve fewer sequences at a time (--max-sequences).",
            _ => $"ONNX Runtime failed: {what}.",
        };
        return new GenerationException(GenerationError.ModelFailed, sentence, innerException: exception);
    }
}
