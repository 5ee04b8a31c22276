using System.Numerics.Tensors;

namespace Engine.Inference.Sampling;

/// <summary>Sums of exponentials over a row, max-subtracted, in pieces that are summed as doubles.</summary>
internal static class LogSumExp
{
    /// <summary>Floats of one piece.</summary>
    public const int ChunkLength = 1024;

    /// <summary>The logarithm of the sum of the exponentials of a row.</summary>
    public static double Of(ReadOnlySpan<float> logits, float max) => max + Math.Log(SumOfExponentials(logits, max, 1, []));

    /// <summary>The sum of <c>exp((x - max) / temperature)</c>.</summary>
    /// <param name="logits">The row.</param>
    /// <param name="max">Its largest element.</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="weights">Gets the exponentials, if not empty.</param>
    public static double SumOfExponentials(ReadOnlySpan<float> logits, float max, float temperature, Span<float> weights)
    {
        Span<float> buffer = stackalloc float[ChunkLength];
        double sum = 0;
        for (int start = 0; start < logits.Length; start += ChunkLength)
        {
            ReadOnlySpan<float> chunk = logits.Slice(start, Math.Min(ChunkLength, logits.Length - start));
            Span<float> exponentials = weights.IsEmpty ? buffer[..chunk.Length] : weights.Slice(start, chunk.Length);
            TensorPrimitives.Subtract(chunk, max, exponentials);
            if (temperature != 1)
            {
                TensorPrimitives.Divide(exponentials, temperature, exponentials);
            }

            TensorPrimitives.Exp(exponentials, exponentials);
            sum += TensorPrimitives.Sum<float>(exponentials);
        }

        return sum;
    }
}
