using Engine.Cli.Options;
using Engine.Inference;
using Engine.Inference.ChatTemplates;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Tokenization;
using Engine.Onnx;
using Engine.OnnxRuntime.Devices;

namespace Engine.Cli.Inspection;

/// <summary>Finds out what there is to say about a model's folder, or about a graph alone.</summary>
internal static class ModelInspector
{
    /// <summary>Reads everything, and loads the model with every runner: whether it can be run is tried, not guessed.</summary>
    /// <param name="path">A folder, or a graph.</param>
    /// <param name="configure">Says on what runners compute that have a choice.</param>
    /// <exception cref="InvalidModelException">The folder or the graph cannot be read at all.</exception>
    public static ModelReport Inspect(string path, Action<LlmEngineOptions> configure)
    {
        LlmEngineOptions asked = new();
        configure(asked);
        ModelDirectory? directory = IsGraph(path) ? null : ModelDirectory.Open(path, asked.AllowNativeCode);
        string file = directory?.ModelFile ?? Path.GetFullPath(path);
        using OnnxModel graph = OnnxModel.Load(file);
        List<string> warnings = [.. directory?.Warnings ?? []];
        ModelSignature? signature = directory is null ? null : Try(() => ModelSignature.Create(directory, graph.Inputs, graph.Outputs), warnings);
        IReadOnlyList<RunnerVerdict> runners = directory is null
            ? [GraphVerdict(graph)]
            : [Verdict(directory, RunnerChoice.Managed, graph, _ => { }), Verdict(directory, RunnerChoice.OnnxRuntime, graph, configure), Verdict(directory, RunnerChoice.GenAI, graph, configure)];
        return new ModelReport
        {
            Path = path,
            GraphFile = file,
            Metadata = graph.Metadata,
            Operators = graph.OperatorCounts,
            Inputs = graph.Inputs,
            Outputs = graph.Outputs,
            WeightCount = graph.Initializers.Count,
            WeightBytes = graph.WeightBytes,
            Directory = directory,
            VocabularySize = signature?.VocabularySize,
            CacheBytesPerToken = signature?.CacheBytesPerToken,
            TokenizerSize = directory is null ? null : Try(() => Tokenizer.Load(directory.TokenizerFolder), warnings)?.VocabularySize,
            ChatTemplate = directory is null ? null : Try(() => ChatTemplate.Load(directory.TokenizerFolder), warnings)?.Capabilities,
            Runners = runners,
            Suits = directory is null ? null : Suiting(directory, runners, configure),
            Warnings = warnings,
        };
    }

    private static bool IsGraph(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);

    private static RunnerVerdict GraphVerdict(OnnxModel graph) => graph.UnsupportedOperators.Count == 0
        ? new RunnerVerdict(RunnerChoice.Managed, Runs: true, "every operator is there")
        : new RunnerVerdict(RunnerChoice.Managed, Runs: false, Missing(graph));

    private static RunnerVerdict Verdict(ModelDirectory directory, string runner, OnnxModel graph, Action<LlmEngineOptions> configure)
    {
        if (runner is RunnerChoice.Managed && graph.UnsupportedOperators.Count > 0)
        {
            return new RunnerVerdict(runner, Runs: false, Missing(graph));
        }

        try
        {
            LlmEngineOptions options = new() { Model = directory.Path, MaxSequences = 1, ContextLength = 16 };
            configure(options);
            using IModelRunner opened = RunnerChoice.Factory(runner, _ => { })(directory, options);
            return new RunnerVerdict(runner, Runs: true, opened is ManagedModelRunner { WhyNotPaged: string why } ? $"one sequence at a time: {why}" : null);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new RunnerVerdict(runner, Runs: false, ErrorSentence.Of(exception));
        }
    }

    // What would be chosen, or, where that cannot run it, the first that can.
    private static AutomaticChoice? Suiting(ModelDirectory directory, IReadOnlyList<RunnerVerdict> verdicts, Action<LlmEngineOptions> configure)
    {
        LlmEngineOptions options = new();
        configure(options);
        AutomaticChoice choice = AutomaticChoice.Of(options, () => DeviceChoice.For(directory, options.NativeFolder));
        if (verdicts.Any(verdict => verdict.Runner == choice.Runner && verdict.Runs))
        {
            return choice;
        }

        return verdicts.FirstOrDefault(verdict => verdict.Runs) is { Runner: string other } ? choice with { Runner = other, Reason = null } : null;
    }

    private static string Missing(OnnxModel graph) => $"operators that are not there: {string.Join(", ", graph.UnsupportedOperators)}";

    private static T? Try<T>(Func<T?> read, List<string> warnings)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is InvalidModelException or ChatTemplateException or IOException or UnauthorizedAccessException)
        {
            warnings.Add(ErrorSentence.Of(exception));
            return null;
        }
    }
}
