using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Layer normalisation of a row: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. In place when x and y are the same.</summary>
internal static unsafe class LayerNorm
{
    /// <param name="x">The row.</param>
    /// <param name="weight">As many factors.</param>
    /// <param name="bias">As many summands, or null.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="length">Elements of the row.</param>
    /// <param name="y">Receives the result.</param>
    /// <param name="mean">The mean of the row.</param>
    /// <param name="inverseDeviation">1 / sqrt(variance + epsilon).</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, float* weight, float* bias, float epsilon, int length, float* y, out float mean, out float inverseDeviation)
    {
        Vector256<float> low = Vector256<float>.Zero;
        Vector256<float> high = Vector256<float>.Zero;
        int i = 0;
        for (; i + 16 <= length; i += 16)
        {
            low += Vector256.Load(x + i);
            high += Vector256.Load(x + i + 8);
        }

        if (i < length)
        {
            low += Tail.Load(x + i, length - i);
            high += Tail.Load(x + i + 8, length - i - 8);
        }

        mean = Lanes.Sum(low, high) / length;
        Vector256<float> means = Vector256.Create(mean);
        low = high = Vector256<float>.Zero;
        for (i = 0; i + 16 <= length; i += 16)
        {
            Vector256<float> a = Vector256.Load(x + i) - means;
            Vector256<float> b = Vector256.Load(x + i + 8) - means;
            low = Vector256.FusedMultiplyAdd(a, a, low);
            high = Vector256.FusedMultiplyAdd(b, b, high);
        }

        if (i < length)
        {
            // Lanes without an element hold the mean, so that they add nothing.
            Vector256<float> a = Tail.Load(x + i, length - i, mean) - means;
            Vector256<float> b = Tail.Load(x + i + 8, length - i - 8, mean) - means;
            low = Vector256.FusedMultiplyAdd(a, a, low);
            high = Vector256.FusedMultiplyAdd(b, b, high);
        }

        inverseDeviation = 1 / MathF.Sqrt(Lanes.Sum(low, high) / length + epsilon);
        Scale(x, weight, bias, length, y, mean, inverseDeviation);
    }

    private static void Scale(float* x, float* weight, float* bias, int length, float* y, float mean, float inverseDeviation)
    {
        Vector256<float> means = Vector256.Create(mean);
        Vector256<float> scales = Vector256.Create(inverseDeviation);
        int i = 0;
        for (; i + 8 <= length; i += 8)
        {
            Vector256<float> value = (Vector256.Load(x + i) - means) * scales * Vector256.Load(weight + i);
            (bias is null ? value : value + Vector256.Load(bias + i)).Store(y + i);
        }

        for (; i < length; i++)
        {
            float value = (x[i] - mean) * inverseDeviation * weight[i];
            y[i] = bias is null ? value : value + bias[i];
        }
    }
}
