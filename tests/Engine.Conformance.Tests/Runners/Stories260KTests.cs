using System.Text.Json;
using Engine.Inference.Runners;
using Engine.Tests;

namespace Engine.Conformance.Tests.Runners;

/// <summary>A real small Llama in five precisions and layouts: 200 greedy tokens, equal up to the first step that the tolerance leaves open.</summary>
public class Stories260KTests
{
    public static TheoryData<string, string> Folders =>
    [
        .. from folder in SharedData.FoldersOf("models")
           where folder.StartsWith("stories260K-", StringComparison.Ordinal)
           from runner in RunnerUnderTest.Names
           select (folder, runner),
    ];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Greedy_AsTheGraphSays_GivesTheGoldenTokens(string folder, string runner)
    {
        string path = SharedData.PathOf($"models/{folder}");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "golden.json")));
        using IModelRunner opened = RunnerUnderTest.Open(runner, path);

        AssertGolden(opened, golden.RootElement, golden.RootElement.GetProperty("tolerance").GetDouble());
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Greedy_FloatActivations_GivesTheGoldenTokens(string folder, string runner)
    {
        Assert.SkipWhen(runner == "onnxruntime", "ONNX Runtime takes the accuracy level from the graph");
        string path = SharedData.PathOf($"models/{folder}");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "golden.json")));
        JsonElement expected = golden.RootElement.TryGetProperty("accuracy_level_0", out JsonElement level0) ? level0 : golden.RootElement;
        using IModelRunner opened = RunnerUnderTest.Open(runner, path, options => options.AccuracyLevel = 1);

        AssertGolden(opened, expected, expected.GetProperty("tolerance").GetDouble());
    }

    private static void AssertGolden(IModelRunner runner, JsonElement golden, double tolerance)
    {
        int[] expected = [.. golden.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())];
        double[] margins = [.. golden.GetProperty("margins").EnumerateArray().Select(margin => margin.GetDouble())];
        RunnerProbe probe = new(runner);
        probe.Begin();
        float[] first = Assert.Single(probe.Append([expected[0]], 1));

        int[] tokens = probe.Greedy(first, expected.Length - 1);

        int certain = Array.FindIndex(margins, margin => margin < 2 * tolerance);
        certain = certain < 0 ? margins.Length : certain;
        Assert.Equal(expected[1..(certain + 1)], tokens[..certain]);
        int column = 0;
        Assert.All(golden.GetProperty("first_logits").EnumerateArray(), value => Assert.Equal(value.GetDouble(), first[column++], tolerance));
    }
}
