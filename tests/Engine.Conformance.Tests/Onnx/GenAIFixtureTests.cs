using System.Text.Json;
using Engine.Onnx;
using Engine.Tests;
using Microsoft.ML.OnnxRuntime;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Engine.Conformance.Tests.Onnx;

/// <summary>The graphs of the GenAI model builder on our runtime and on ONNX Runtime, fed the same tokens.</summary>
public sealed class GenAIFixtureTests
{
    private static readonly long[] Prompt = [1, 17, 42, 99, 200, 7, 63, 128, 250, 31, 5];

    public static TheoryData<string> Folders => [.. SharedData.FoldersOf("genai-fixtures")];

    /// <summary>Prefill and twelve decode steps, with activations as floats on both sides where the graph lets ONNX Runtime do so.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void Run_PrefillAndDecode_EqualsOnnxRuntime(string folder)
    {
        string path = SharedData.PathOf($"genai-fixtures/{folder}/model.onnx");
        using OnnxModel model = OnnxModel.Load(path);
        using OnnxSession ours = OnnxSession.Create(model, new OnnxSessionOptions { Threads = 2 });
        using InferenceSession theirs = new(path);
        using JsonDocument config = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"genai-fixtures/{folder}/genai_config.json")));
        int headSize = config.RootElement.GetProperty("model").GetProperty("decoder").GetProperty("head_size").GetInt32();
        PlainDecoder decoder = new(ours, headSize);
        OrtDecoder oracle = new(theirs, headSize);
        bool roundsActivations = model.OperatorCounts.ContainsKey("com.microsoft.MatMulNBits");

        float[][] expected = oracle.Append(Prompt);
        float[][] actual = decoder.Append(Prompt);
        for (int step = 0; ; step++)
        {
            for (int row = 0; row < expected.Length; row++)
            {
                Compare(expected[row], actual[row], roundsActivations, $"step {step}, row {row}");
            }

            if (step == 12)
            {
                return;
            }

            long next = TensorPrimitives.IndexOfMax(expected[^1]);
            expected = oracle.Append(next);
            actual = decoder.Append(next);
        }
    }

    private static void Compare(float[] expected, float[] actual, bool roundsActivations, string where)
    {
        float largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i] - actual[i]));
        }

        // Where activations are rounded to 8 bits, a last bit more or less can move one of them by a whole step.
        Assert.True(roundsActivations ? TensorPrimitives.CosineSimilarity(expected, actual) > 0.995f : largest < 2e-4f, $"{where}: largest difference {largest}");
    }
}
