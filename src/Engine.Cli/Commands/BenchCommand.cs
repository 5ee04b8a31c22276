using System.CommandLine;
using Engine.Cli.Benchmarking;
using Engine.Cli.Options;
using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;
using Engine.Onnx.Threading;

namespace Engine.Cli.Commands;

/// <summary><c>engine bench</c>: how fast a model is computed here.</summary>
internal static class BenchCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string[]> tests = Values.Words("--tests", "What to measure", BenchmarkPlan.AllTests);
        Option<int> pieceLength = Values.Whole("--pp", "N", "Tokens of a prompt computed at once", 1, 1 << 20, 512);
        Option<int> decodeSteps = Values.Whole("--tg", "N", "Timed steps of decode", 1, 1 << 20, 128);
        Option<int[]> contexts = Values.WholeList("--ctx", "LIST", "Tokens that a sequence holds before decode is timed", 0, 1 << 24, 0, 2048);
        Option<int[]> batches = Values.WholeList("--batch", "LIST", "Numbers of sequences decoded at once", 1, 1024, 1, 4, 8, 16);
        Option<int> batchSteps = Values.Whole("--btg", "N", "Timed steps of a batch", 1, 1 << 20, 32);
        Option<string> sample = Values.Word("--sample", "Feed fixed tokens, or the most likely one of the step before", "fixed", "greedy");
        Option<string?> name = new("--name") { HelpName = "NAME", Description = "The model's name in the results [default: the folder's]" };
        Option<int> repeat = Values.Whole("--repeat", "N", "Rounds, each with a fresh load; medians are printed at the end", 1, 1000, 1);
        Option<bool> json = new("--json") { Description = "Print JSON Lines" };
        ModelOptions model = new(context.Terminal.Note);
        EngineCommand command = new(
            "bench",
            "Measures tokens per second: of prompts, of one sequence, and of several at once. Nothing is sampled or scheduled.",
            "bench",
            "bench --tests decode --ctx 0 --threads 1",
            "bench --model path/to/folder --json --sample greedy")
        {
            tests, pieceLength, decodeSteps, contexts, batches, batchSteps, sample, name, repeat, json,
        };
        model.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            BenchmarkPlan plan = new(
                parsed.GetValue(tests)!,
                parsed.GetValue(pieceLength),
                parsed.GetValue(decodeSteps),
                parsed.GetValue(contexts)!,
                parsed.GetValue(batches)!,
                parsed.GetValue(batchSteps),
                parsed.GetValue(sample) is "greedy");
            LlmEngineOptions options = model.Read(parsed);
            int threads = options.Threads > 0 ? options.Threads : ProcessorTopology.CoreCount;
            string modelName = parsed.GetValue(name) ?? NameOf(options.Model);
            SizeFor(options, plan);
            BenchmarkRounds rounds = new(context, options, plan, modelName, threads, parsed.GetValue(json));
            await rounds.RunAsync(parsed.GetValue(repeat));
            return 0;
        });
        return command;
    }

    // Room for exactly what is measured: an engine's usual cache would be too small for many sequences, or take memory that counts against it.
    private static void SizeFor(LlmEngineOptions options, BenchmarkPlan plan)
    {
        const int LargestBlock = 256;
        ModelDirectory directory = ModelDirectory.Open(options.Model, options.AllowNativeCode);
        using OnnxModel graph = OnnxModel.Load(directory.ModelFile);
        ModelSignature signature = ModelSignature.Create(directory, graph.Inputs, graph.Outputs);
        options.MaxSequences = plan.LargestBatch;
        options.MaxTokensPerStep = Math.Max(Math.Max(plan.PieceLength, plan.LargestBatch), 16);
        options.ContextLength ??= Math.Min(signature.ContextLength, plan.LongestSequence);
        // Twice: the cache may be of a wider type than the graph's. What is not written takes no memory.
        options.KVCacheBytes = 2 * signature.CacheBytesPerToken * plan.LargestBatch * (options.ContextLength.Value + LargestBlock);
    }

    // GenAI folders are often called "onnx" inside the model's own.
    private static string NameOf(string folder)
    {
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string name = Path.GetFileName(path);
        return name is "onnx" && Path.GetDirectoryName(path) is string parent ? Path.GetFileName(parent) : name;
    }
}
