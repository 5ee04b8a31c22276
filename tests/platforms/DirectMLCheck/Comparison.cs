using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;

namespace DirectMLCheck;

/// <summary>How far a folder's logits on a device are from those of the CPU.</summary>
internal sealed record Comparison(float Largest, float Prompt, float Steps, int SameTokens, int Tokens, float Tolerance)
{
    private const int PromptLength = 12;
    private const int StepCount = 8;

    public bool IsGood => Prompt <= Tolerance && Steps <= Tolerance && SameTokens == Tokens;

    public static Comparison Of(ModelDirectory directory, bool onDirectML)
    {
        using OnnxModel model = OnnxModel.Load(directory.ModelFile);
        ModelSignature signature = ModelSignature.Create(directory, model.Inputs, model.Outputs);
        using Decoder reference = new(directory, signature, onDirectML: false);
        using Decoder device = new(directory, signature, onDirectML);
        int[] tokens = [.. Enumerable.Range(0, PromptLength).Select(i => 3 + (i * 37 % (signature.VocabularySize - 3)))];
        List<float[]> expected = [reference.Append(tokens)];
        List<float[]> actual = [device.Append(tokens)];
        for (int step = 0; step < StepCount; step++)
        {
            // The CPU's tokens for both, so that one near-tie does not hide the rest.
            int[] next = [Best(expected[^1])];
            expected.Add(reference.Append(next));
            actual.Add(device.Append(next));
        }

        float[] differences = [.. expected.Zip(actual, Difference)];
        float largest = expected.Max(row => row.Max(MathF.Abs));
        int same = expected.Zip(actual, (x, y) => Best(x) == Best(y) || x[Best(x)] - x[Best(y)] < 2 * Difference(x, y)).Count(equal => equal);
        float tolerance = signature.Logits.ElementType == Engine.Onnx.Tensors.ElementType.Float32 ? 2e-3f : 6e-3f * largest;
        return new Comparison(largest, differences[0], differences.Skip(1).Max(), same, expected.Count, tolerance);
    }

    private static int Best(float[] row) => Array.IndexOf(row, row.Max());

    // Not a number is infinitely far.
    private static float Difference(float[] x, float[] y) => x.Zip(y, (a, b) => float.IsNaN(a - b) ? float.PositiveInfinity : MathF.Abs(a - b)).Max();
}
