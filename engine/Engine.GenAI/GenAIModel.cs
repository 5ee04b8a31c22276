using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Engine.GenAI;

/// <summary>A model that GenAI has loaded, and what was found out about it since. Outlives its generators.</summary>
internal sealed class GenAIModel : IDisposable
{
    private const int TriedTokens = 16;

    private static int _openCount;

    private readonly Model _model;
    private int _disposed;

    private GenAIModel(Model model, ModelDirectory directory, ModelSignature signature, ExecutionDevice? device)
    {
        _model = model;
        Signature = signature;
        Device = device;
        CanContinue = device is not { Kind: ExecutionDeviceKind.DirectML };
        TakesPieces = CanContinue;
        RotaryBorder = device is { Kind: ExecutionDeviceKind.Cpu or ExecutionDeviceKind.Cuda } ? directory.Config.ModelType switch { "phi3" or "phimoe" => 4097, "phi3small" => 8193, _ => 0 } : 0;
        EndTokenIds = directory.Config.EosTokenIds;
        Interlocked.Increment(ref _openCount);
    }

    /// <summary>The roles of its inputs and outputs.</summary>
    public ModelSignature Signature { get; }

    /// <summary>What it computes on; <see langword="null"/> for providers that we have no name for.</summary>
    public ExecutionDevice? Device { get; }

    /// <summary>Whether tokens may be appended to a sequence that has some; GenAI refuses that on DirectML.</summary>
    public bool CanContinue { get; set; }

    /// <summary>Whether several tokens may be appended to a sequence that has some; graphs in half precision for the processor cannot compute it.</summary>
    public bool TakesPieces { get; set; }

    /// <summary>The length from which a sequence is computed with the rotary angles for long texts, all of it; 0 for models that have one kind. As in GenAI's own loop.</summary>
    public int RotaryBorder { get; set; }

    /// <summary>Tokens that end texts.</summary>
    public IReadOnlyList<int> EndTokenIds { get; }

    /// <summary>Loads a folder.</summary>
    /// <exception cref="Onnx.InvalidModelException">It cannot be run; the message says why and what to do.</exception>
    public static GenAIModel Open(ModelDirectory directory, ModelSignature signature, LlmEngineOptions options)
    {
        ExecutionDevice? device = DeviceConfig.Choose(directory, options);
        GenAIModel? model = null;
        try
        {
            using Config config = new(directory.Path);
            DeviceConfig.Apply(config, directory, device, options.ProviderOptions);
            config.Overlay(ConfigOverlay.Json(signature, options));
            model = new GenAIModel(new Model(config), directory, signature, device);
            model.TryOut();
            return model;
        }
        catch (Exception exception) when (exception is OnnxRuntimeGenAIException or EntryPointNotFoundException)
        {
            model?.Dispose();
            throw LoadFault.Of(directory, device, exception);
        }
    }

    /// <summary>Reserves room for one sequence.</summary>
    /// <param name="capacity">The most tokens it will hold.</param>
    public Generator CreateGenerator(int capacity)
    {
        using GeneratorParams parameters = new(_model);
        parameters.SetSearchOption("max_length", capacity);
        return new Generator(_model, parameters);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _model.Dispose();
            Interlocked.Decrement(ref _openCount);
        }
    }

    /// <summary>Frees what GenAI holds for the process, when it ends; not while models are open, which its own thread may still use.</summary>
    public static void ShutDown()
    {
        if (Volatile.Read(ref _openCount) == 0)
        {
            using OgaHandle handle = new();
        }
    }

    /// <summary>Computes a few tokens, so that what the device cannot compute is known before a request comes.</summary>
    private void TryOut()
    {
        using Generator generator = CreateGenerator(Math.Min(TriedTokens, Signature.ContextLength));
        generator.AppendTokens([0]);
        using (Tensor logits = generator.GetOutput(Signature.Logits.Name))
        {
            LogitRows.CopyLast(logits, new float[Signature.VocabularySize]);
        }

        if (!TakesPieces)
        {
            return;
        }

        try
        {
            generator.AppendTokens([0, 0]);
        }
        catch (OnnxRuntimeGenAIException exception) when (DeviceFault.KindOf(exception.Message) == DeviceFaultKind.Other)
        {
            TakesPieces = false;
        }
    }
}
