using System.CommandLine;
using Engine.Inference;
using Engine.Onnx;

namespace Engine.Cli.Options;

/// <summary>The options of every command that loads a model; here, so that they are called and mean the same everywhere.</summary>
/// <param name="note">Hears why a device was chosen that nobody named.</param>
internal sealed class ModelOptions(Action<string> note)
{
    /// <summary>The model's folder.</summary>
    public Option<string?> Model { get; } = new("--model", "-m")
    {
        HelpName = "FOLDER",
        Description = "The model's folder [default: the embedded model]",
    };

    /// <summary>What computes.</summary>
    public Option<string> Runner { get; } = RunnerChoice.Option();

    /// <summary>On what, and with which libraries.</summary>
    public DeviceOptions Device { get; } = new();

    /// <summary>Threads that compute.</summary>
    public Option<int> Threads { get; } = Values.Whole("--threads", "N", "Threads that compute; 0: one a physical core", 0, 1024, 0);

    /// <summary>Whether they stay where they are.</summary>
    public Option<bool> PinThreads { get; } = new("--pin-threads") { Description = "Keeps each thread on a core of its own: for a machine that does nothing else" };

    /// <summary>How exact MatMulNBits computes.</summary>
    public Option<int?> AccuracyLevel { get; } = Values.OptionalWhole(
        "--accuracy-level", "0-4", "Overrides what the graph says of its 4- and 8-bit products: 0 or 1 keeps activations as floats, 4 rounds them to 8-bit integers (faster)", 0, 4);

    /// <summary>What becomes of quantized weights.</summary>
    public Option<string> Weights { get; } = Values.Word(
        "--weights", "Repack quantized weights in memory, keep them repacked in a cache folder, or read them where they are; auto: cached from 128 MiB on", "auto", "packed", "cached", "in-place");

    /// <summary>How keys and values are kept.</summary>
    public Option<string?> KVCacheType { get; } = Values.OptionalWord(
        "--kv-type", "Keeps keys and values as 16-bit floats, as 32-bit floats (exact, twice the memory) or as 8-bit integers (half the memory) [default: f16]", "f16", "f32", "int8");

    /// <summary>The most tokens of a sequence.</summary>
    public Option<int?> ContextLength { get; } = Values.OptionalWhole(
        "--context-length", "N", "The most tokens, prompt and answer together [default: what the model allows]", 1, int.MaxValue);

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Model);
        AddExecutionTo(command);
    }

    /// <summary>Adds those that say how to run a model, but not which.</summary>
    public void AddExecutionTo(Command command)
    {
        command.Add(Runner);
        Device.AddTo(command);
        command.Add(Threads);
        command.Add(PinThreads);
        command.Add(AccuracyLevel);
        command.Add(Weights);
        command.Add(KVCacheType);
        command.Add(ContextLength);
    }

    /// <summary>What was said on the command line, for one model.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="folder">The model's folder; <see langword="null"/>: the one of <see cref="Model"/>, else the embedded one.</param>
    public LlmEngineOptions Read(ParseResult parsed, string? folder = null)
    {
        LlmEngineOptions options = new()
        {
            Model = folder ?? parsed.GetValue(Model) ?? DefaultModel.Folder(),
            Threads = parsed.GetValue(Threads),
            PinThreads = parsed.GetValue(PinThreads),
            AccuracyLevel = parsed.GetValue(AccuracyLevel),
            Weights = parsed.GetRequiredValue(Weights) switch
            {
                "packed" => WeightPreparation.Packed,
                "cached" => WeightPreparation.Cached,
                "in-place" => WeightPreparation.InPlace,
                _ => WeightPreparation.Auto,
            },
            KVCacheType = parsed.GetValue(KVCacheType) switch
            {
                "f16" => Inference.KVCacheType.Float16,
                "f32" => Inference.KVCacheType.Float32,
                "int8" => Inference.KVCacheType.Int8,
                _ => null,
            },
            ContextLength = parsed.GetValue(ContextLength),
            Runner = RunnerChoice.Factory(parsed.GetRequiredValue(Runner), note),
        };
        Device.Apply(parsed, options);
        return options;
    }
}
