using System.Collections.Concurrent;
using Engine.GenAI;
using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;
using Engine.Tests;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Engine.Conformance.Tests.GenAI;

/// <summary>What becomes of a folder on the processor: whether GenAI runs it, and whether the runner then gives GenAI's own tokens.</summary>
/// <param name="GenAIRefusal">What GenAI says against it; <see langword="null"/>: it runs it.</param>
/// <param name="RunnerRefusal">What the runner says against it; <see langword="null"/>: it runs it.</param>
/// <param name="Count">Tokens that GenAI gave for all prompts together.</param>
/// <param name="Equal">Of how many of them the runner gave the same, up to the first other one of each prompt.</param>
/// <param name="EqualInPieces">The same with the prompts in pieces.</param>
/// <param name="Repeats">Whether a prompt gives the same logits, bit for bit, where another sequence has been before.</param>
internal sealed record GenAIFolderOutcome(string? GenAIRefusal, string? RunnerRefusal, int Count, int Equal, int EqualInPieces, bool Repeats)
{
    private const int Piece = 7;

    private static readonly int[] PromptLengths = [5, 20, 48];
    private static readonly ConcurrentDictionary<string, GenAIFolderOutcome> Known = [];

    /// <summary>Whether the runner refuses it for weights in a layout that only CUDA computes right; GenAI asks nothing.</summary>
    public bool IsOfCuda => GenAIRefusal is null && RunnerRefusal is not null && RunnerRefusal.Contains("CUDA's own layout", StringComparison.Ordinal);

    /// <summary>The folders there are.</summary>
    public static IEnumerable<string> Folders =>
    [
        "models/default",
        .. SharedData.FoldersOf("models").Where(name => name.StartsWith("stories260K-", StringComparison.Ordinal)).Select(name => $"models/{name}"),
        .. SharedData.FoldersOf("genai-fixtures").Select(name => $"genai-fixtures/{name}"),
        .. SharedData.FoldersOf("model-zoo").Where(name => name != "tokenizer").Select(name => $"model-zoo/{name}"),
    ];

    /// <summary>Runs a folder, once a process.</summary>
    public static GenAIFolderOutcome Of(string folder) => Known.GetOrAdd(folder, Run);

    private static GenAIFolderOutcome Run(string folder)
    {
        string path = folder == "models/default" ? Path.Combine(SharedData.Repository, folder) : SharedData.PathOf(folder);
        int steps = folder == "models/default" ? 12 : 40;
        Random random = new(11);
        int[][] prompts = [.. PromptLengths.Select(length => Enumerable.Range(0, length).Select(_ => random.Next(8, 72)).ToArray())];
        using IModelRunner? runner = Open(path, out string? refusal);
        int[][] expected;
        try
        {
            expected = GenAILoop.Greedy(path, prompts, steps);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            return new GenAIFolderOutcome(exception.Message, refusal ?? Failure(runner!, prompts), 0, 0, 0, false);
        }

        GenAIFolderOutcome outcome = new(null, refusal, expected.Sum(tokens => tokens.Length), 0, 0, true);
        return runner is null ? outcome : Compare(outcome, new RunnerProbe(runner), prompts, expected, steps);
    }

    private static GenAIFolderOutcome Compare(GenAIFolderOutcome outcome, RunnerProbe probe, int[][] prompts, int[][] expected, int steps)
    {
        for (int i = 0; i < prompts.Length; i++)
        {
            probe.Begin();
            float[] row = probe.Append(prompts[i], 1)[0];
            int[] whole = probe.Greedy(row, steps);
            probe.Begin();
            int[] inPieces = probe.Greedy(probe.Append(prompts[i], 1, Piece)[0], steps);
            probe.Begin();
            outcome = outcome with
            {
                Equal = outcome.Equal + expected[i].AsSpan().CommonPrefixLength(whole),
                EqualInPieces = outcome.EqualInPieces + expected[i].AsSpan().CommonPrefixLength(inPieces),
                Repeats = outcome.Repeats && row.AsSpan().SequenceEqual(probe.Append(prompts[i], 1)[0]),
            };
        }

        return outcome;
    }

    // What fails with more tokens than are tried when a model is loaded.
    private static string? Failure(IModelRunner runner, int[][] prompts)
    {
        try
        {
            RunnerProbe probe = new(runner);
            foreach (int[] prompt in prompts)
            {
                probe.Begin();
                probe.Append(prompt, 1);
            }

            return null;
        }
        catch (GenerationException exception)
        {
            return exception.Message;
        }
    }

    private static IModelRunner? Open(string path, out string? refusal)
    {
        refusal = null;
        try
        {
            return GenAIModelRunner.Create(ModelDirectory.Open(path), new LlmEngineOptions { Model = path, Threads = 2, Device = ExecutionDevice.Cpu });
        }
        catch (InvalidModelException exception)
        {
            refusal = exception.Message;
            return null;
        }
    }
}
