using System.Numerics.Tensors;
using System.Text.Json;
using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Runners.DirectML;
using Engine.Inference.Tests.Runners.DirectML;
using Engine.Onnx;
using Engine.Onnx.Format;
using Engine.Onnx.Graphs;
using Engine.Onnx.Optimization;
using Engine.Onnx.Tensors;
using Engine.OnnxRuntime;
using Engine.Tests;
using Microsoft.ML.OnnxRuntime;

namespace Engine.Conformance.Tests.Runners;

/// <summary>Folders rewritten for DirectML, on ONNX Runtime's CPU provider: the logits of the original, whichever exporter wrote it.</summary>
public sealed class DirectMLFolderParityTests : IDisposable
{
    private const float Tolerance = 2e-3f;

    // A few steps of a half at the size of these logits: the runners round in other places.
    private const float HalfTolerance = 0.06f;

    // ONNX Runtime's operator for experts of 8 bits is itself that far from their float arithmetic.
    private const float EightBitExpertsTolerance = 0.28f;

    // The CPU refuses norms of queries and keys inside of attention, so nothing here computes these two as they are.
    private static readonly string[] NormedInside = ["gemma3-cuda-int4", "lfm2-cuda-int4"];

    private readonly string _root = Directory.CreateTempSubdirectory("engine-directml-").FullName;

    public static TheoryData<string> Folders =>
    [
        .. SharedData.FoldersOf("genai-fixtures").Select(folder => $"genai-fixtures/{folder}"),
        .. SharedData.FoldersOf("models").Where(folder => folder.StartsWith("stories260K-", StringComparison.Ordinal)).Select(folder => $"models/{folder}"),
        .. SharedData.FoldersOf("model-zoo").Where(folder => folder != "tokenizer").Select(folder => $"model-zoo/{folder}"),
    ];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Logits_OfARewrittenFolder_AreTheOriginals(string folder) => Compare(SharedData.PathOf(folder));

    [Fact]
    public void Logits_OfTheRewrittenDefaultModel_AreTheOriginals() => Compare(Path.Combine(SharedData.Repository, "models", "default"));

    private void Compare(string path)
    {
        ModelDirectory original = ModelDirectory.Open(path);
        ModelDirectory rewritten;
        try
        {
            rewritten = DirectMLFolder.Prepare(original, new FolderCache(_root));
        }
        catch (InvalidModelException refusal)
        {
            Assert.Skip(refusal.Message);
            return;
        }

        Assert.Empty(DirectMLLayout.Faults(rewritten.ModelFile));
        float[][] actual;
        try
        {
            actual = Rows(OnnxRuntime, rewritten);
        }
        catch (InvalidModelException refusal) when (refusal.Message.Contains("NotImplemented", StringComparison.Ordinal))
        {
            Assert.Skip(refusal.Message);
            return;
        }

        if (GoldenRow(path) is { } golden)
        {
            Assert.InRange(Difference(golden.Row, Rows(OnnxRuntime, rewritten, golden.Ids)[^1]), 0, HalfTolerance);
            return;
        }

        float[] differences = [.. Judges(original).Select(rows => rows.Zip(actual, Difference).Max())];
        float tolerance = path.EndsWith("rawmoe8", StringComparison.Ordinal) ? EightBitExpertsTolerance : IsHalf(rewritten) ? HalfTolerance : Tolerance;
        Assert.True(differences.Min() <= tolerance, $"{path}: the logits differ by {string.Join(" and ", differences)}.");
    }

    private static (int[] Ids, float[] Row)? GoldenRow(string path)
    {
        if (!NormedInside.Contains(Path.GetFileName(path)))
        {
            return null;
        }

        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "golden.json")));
        JsonElement prompt = golden.RootElement.GetProperty("prompts").EnumerateArray().Single(prompt => prompt.GetProperty("name").GetString() == "medium");
        JsonElement row = prompt.GetProperty("logits_all").EnumerateArray().Last();
        return ([.. prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())], [.. row.EnumerateArray().Select(value => value.GetSingle())]);
    }

    private static bool IsHalf(ModelDirectory directory)
    {
        using OnnxModel model = OnnxModel.Load(directory.ModelFile);
        return model.Outputs.Any(output => output.ElementType == ElementType.Float16);
    }

    private static float Difference(float[] x, float[] y)
    {
        float[] differences = new float[x.Length];
        TensorPrimitives.Subtract(x, y, differences);
        return MathF.Abs(TensorPrimitives.MaxMagnitude<float>(differences));
    }

    // Accuracy levels are left out of what is rewritten, so the judges do without them too: ours can; for ONNX Runtime the graph is written without.
    private IEnumerable<float[][]> Judges(ModelDirectory original)
    {
        ModelDirectory exact = WithoutAccuracyLevels(original);
        foreach (Func<ModelDirectory, IModelRunner> judge in new[] { Managed, OnnxRuntime })
        {
            float[][] rows;
            try
            {
                rows = Rows(judge, exact);
            }
            catch (Exception refusal) when (refusal is InvalidModelException or GenerationException)
            {
                continue;
            }

            yield return rows;
        }
    }

    // In single precision; a graph that keeps its keys and values itself has no other.
    private static ManagedModelRunner Managed(ModelDirectory directory)
    {
        LlmEngineOptions options = new() { Model = directory.Path, Threads = 1 };
        ManagedModelRunner runner = (ManagedModelRunner)ManagedModelRunner.Create(directory, options);
        if (runner.WhyNotPaged is not null)
        {
            return runner;
        }

        runner.Dispose();
        options.KVCacheType = KVCacheType.Float32;
        return (ManagedModelRunner)ManagedModelRunner.Create(directory, options);
    }

    // Optimised, graphs with DequantizeLinear round activations to integers.
    private static IModelRunner OnnxRuntime(ModelDirectory directory) => OnnxRuntimeModelRunner.Create(
        directory, new LlmEngineOptions { Model = directory.Path, Threads = 1 }, new OnnxRuntimeOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL });

    private ModelDirectory WithoutAccuracyLevels(ModelDirectory original)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "judge")).FullName;
        File.Copy(Path.Combine(original.Path, "genai_config.json"), Path.Combine(folder, "genai_config.json"));
        using OnnxModel model = OnnxModel.Load(original.ModelFile);
        Graph graph = model.Retain();
        new AccuracyLevelOverride(0).Run(graph);
        using WeightFiles weights = new(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), new ModelWriter(weights.Place).Write(graph, model.Metadata));
        model.Release();
        return ModelDirectory.Open(folder);
    }

    private static float[][] Rows(Func<ModelDirectory, IModelRunner> open, ModelDirectory directory)
    {
        using IModelRunner runner = open(directory);
        RunnerProbe probe = new(runner);
        probe.Begin();
        int[] prompt = [.. Enumerable.Range(0, 20).Select(i => (9 + (i * 37)) % runner.VocabularySize)];
        return [.. probe.Append(prompt, 4), .. prompt.Take(8).SelectMany(token => probe.Append([token], 1))];
    }

    private static float[][] Rows(Func<ModelDirectory, IModelRunner> open, ModelDirectory directory, int[] prompt)
    {
        using IModelRunner runner = open(directory);
        RunnerProbe probe = new(runner);
        probe.Begin();
        return probe.Append(prompt, 1);
    }
}
