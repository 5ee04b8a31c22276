using System.Numerics.Tensors;
using Engine.Inference.Runners;
using Engine.Tests;

namespace Engine.Conformance.Tests.Runners;

/// <summary>Folders of the official model builder in all its precisions: the managed runner against ONNX Runtime, the judge.</summary>
public class RunnerParityTests
{
    private const int Steps = 40;

    public static TheoryData<string> Folders => [.. SharedData.FoldersOf("genai-fixtures")];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Folders))]
    public void Logits_EveryStep_AreNearOnnxRuntime(string folder)
    {
        string path = SharedData.PathOf($"genai-fixtures/{folder}");
        using IModelRunner judge = RunnerUnderTest.Open("onnxruntime", path);
        using IModelRunner managed = RunnerUnderTest.Open("managed", path);
        RunnerProbe expected = new(judge);
        RunnerProbe actual = new(managed);
        int[] prompt = [1, 9, 88, 17, 200, 41, 5, 130, 77, 66, 23];
        expected.Begin();
        actual.Begin();
        float[] row = expected.Append(prompt, 1)[0];
        float[] managedRow = actual.Append(prompt, 1, chunk: 4)[0];
        float tolerance = Tolerance(row);

        // The judge's tokens are fed to both, so that one near-tie does not end the comparison.
        for (int step = 0; step < Steps; step++)
        {
            Assert.Equal(row, managedRow, (x, y) => Math.Abs(x - y) <= tolerance);
            int token = TensorPrimitives.IndexOfMax<float>(row);
            Assert.True(row[token] - row[TensorPrimitives.IndexOfMax<float>(managedRow)] <= 2 * tolerance, $"Another token at step {step}.");
            row = expected.Append([token], 1)[0];
            managedRow = actual.Append([token], 1)[0];
        }
    }

    // Accuracy level 4 rounds activations to integers, and a rounding that flips moves a logit of so small a model visibly.
    private static float Tolerance(ReadOnlySpan<float> row) => 0.05f * MathF.Abs(TensorPrimitives.MaxMagnitude(row));
}
