using System.Text.Json;
using Engine.Onnx;
using Engine.Tests;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Engine.Conformance.Tests.Onnx;

/// <summary>Decoder graphs as they are published for transformers.js, against recorded logits.</summary>
public sealed class TransformersJsTests
{
    public static TheoryData<string, string> Graphs
    {
        get
        {
            TheoryData<string, string> graphs = [];
            foreach (string folder in SharedData.FoldersOf("transformersjs"))
            {
                using JsonDocument golden = Golden(folder);
                foreach (JsonProperty graph in golden.RootElement.GetProperty("graphs").EnumerateObject())
                {
                    graphs.Add(folder, graph.Name);
                }
            }

            return graphs;
        }
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Run_PromptsAndSteps_EqualsTheRecordedLogits(string folder, string graph)
    {
        using JsonDocument document = Golden(folder);
        JsonElement golden = document.RootElement.GetProperty("graphs").GetProperty(graph);
        using OnnxModel model = OnnxModel.Load(SharedData.PathOf($"transformersjs/{folder}/{graph}"));
        using OnnxSession session = OnnxSession.Create(model, new OnnxSessionOptions { Threads = 2 });
        float tolerance = golden.GetProperty("tolerance").GetSingle();
        float worst = 0;
        int steps = 0;
        foreach (JsonElement prompt in golden.GetProperty("prompts").EnumerateArray())
        {
            PlainDecoder decoder = new(session);
            float[][] rows = decoder.Append([.. prompt.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64())]);
            JsonElement[] expected = [.. prompt.GetProperty("logits").EnumerateArray()];
            for (int i = 0; i < rows.Length; i++)
            {
                float[] wanted = [.. expected[i].EnumerateArray().Select(value => value.GetSingle())];
                worst = Math.Max(worst, Largest(wanted, rows[i]));
            }

            long[] greedy = [.. prompt.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt64())];
            float[] margins = [.. prompt.GetProperty("margins").EnumerateArray().Select(margin => margin.GetSingle())];
            for (int i = 0; i < greedy.Length && margins[i] >= 2 * tolerance; i++, steps++)
            {
                Assert.Equal(greedy[i], TensorPrimitives.IndexOfMax(rows[^1]));
                rows = decoder.Append(greedy[i]);
            }
        }

        Assert.True(worst <= tolerance, $"largest difference {worst}, tolerance {tolerance}");
        Assert.True(steps > 0);
    }

    private static float Largest(float[] expected, float[] actual)
    {
        float largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            // Max keeps a NaN, and a NaN fails the comparison with the tolerance.
            largest = Math.Max(largest, Math.Abs(expected[i] - actual[i]));
        }

        return largest;
    }

    private static JsonDocument Golden(string folder) => JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"transformersjs/{folder}/golden.json")));
}
