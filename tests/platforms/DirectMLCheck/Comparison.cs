using Engine.Inference;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Onnx;

namespace DirectMLCheck;

/// <summary>How far a folder's logits on a device are from those of the CPU.</summary>
/// <param name="Largest">The largest logit.</param>
/// <param name="FromProvider">The largest difference from ONNX Runtime's CPU provider on the same folder.</param>
/// <param name="FromOriginal">The same from our own runner on the original folder; null where it does not run that.</param>
/// <param name="SameTokens">How often the best token is the same.</param>
/// <param name="Tokens">Of how many.</param>
/// <param name="Tolerance">What either difference may be; one of them must.</param>
internal sealed record Comparison(float Largest, float FromProvider, float? FromOriginal, int SameTokens, int Tokens, float Tolerance)
{
    private const int PromptLength = 12;
    private const int StepCount = 8;

    public bool IsGood => Math.Min(FromProvider, FromOriginal ?? FromProvider) <= Tolerance && SameTokens == Tokens;

    public static Comparison Of(ModelDirectory original, ModelDirectory directory, bool onDirectML)
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

        float fromProvider = expected.Zip(actual, Difference).Max();
        float? fromOriginal = Original(original, tokens, expected) is { } rows ? rows.Zip(actual, Difference).Max() : null;
        float largest = expected.Max(row => row.Max(MathF.Abs));
        int same = expected.Zip(actual, (x, y) => Best(x) == Best(y) || x[Best(x)] - x[Best(y)] < 2 * Difference(x, y)).Count(equal => equal);
        float tolerance = signature.Logits.ElementType == Engine.Onnx.Tensors.ElementType.Float32 ? 2e-3f : 1e-2f * largest;
        return new Comparison(largest, fromProvider, fromOriginal, same, expected.Count, tolerance);
    }

    private static List<float[]>? Original(ModelDirectory directory, int[] prompt, List<float[]> fed)
    {
        try
        {
            using IModelRunner runner = ManagedModelRunner.Create(directory, new LlmEngineOptions { Model = directory.Path, AccuracyLevel = 0, KVCacheType = KVCacheType.Float32 });
            RunnerProbe probe = new(runner);
            probe.Begin();
            List<float[]> rows = [probe.Append(prompt, 1)[0]];
            foreach (float[] row in fed.SkipLast(1))
            {
                rows.Add(probe.Append([Best(row)], 1)[0]);
            }

            return rows;
        }
        catch (InvalidModelException)
        {
            return null;
        }
    }

    private static int Best(float[] row) => Array.IndexOf(row, row.Max());

    // Not a number is infinitely far.
    private static float Difference(float[] x, float[] y) => x.Zip(y, (a, b) => float.IsNaN(a - b) ? float.PositiveInfinity : MathF.Abs(a - b)).Max();
}
