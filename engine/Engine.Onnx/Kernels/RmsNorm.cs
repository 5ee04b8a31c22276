using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Root-mean-square normalisation of a row: y = x / sqrt(mean(x^2) + epsilon) * weight. In place when x and y are the same.</summary>
internal static unsafe class RmsNorm
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, float* weight, float epsilon, int length, float* y)
    {
        float scale = InverseRootMeanSquare(x, length, epsilon);
        Vector256<float> scales = Vector256.Create(scale);
        int i = 0;
        for (; i + 8 <= length; i += 8)
        {
            (Vector256.Load(x + i) * scales * Vector256.Load(weight + i)).Store(y + i);
        }

        for (; i < length; i++)
        {
            y[i] = x[i] * scale * weight[i];
        }
    }

    /// <summary>sum = x + skip (+ bias), then y as above of the sum.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RunSkip(float* x, float* skip, float* bias, float* weight, float epsilon, int length, float* y, float* sum)
    {
        Elementwise.Add(x, skip, bias, length, sum);
        Run(sum, weight, epsilon, length, y);
    }

    /// <summary>1 / sqrt(mean(x^2) + epsilon).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float InverseRootMeanSquare(float* x, int length, float epsilon)
    {
        Vector256<float> low = Vector256<float>.Zero;
        Vector256<float> high = Vector256<float>.Zero;
        int i = 0;
        for (; i + 16 <= length; i += 16)
        {
            Vector256<float> a = Vector256.Load(x + i);
            Vector256<float> b = Vector256.Load(x + i + 8);
            low = Vector256.FusedMultiplyAdd(a, a, low);
            high = Vector256.FusedMultiplyAdd(b, b, high);
        }

        if (i < length)
        {
            Vector256<float> a = Tail.Load(x + i, length - i);
            Vector256<float> b = Tail.Load(x + i + 8, length - i - 8);
            low = Vector256.FusedMultiplyAdd(a, a, low);
            high = Vector256.FusedMultiplyAdd(b, b, high);
        }

        return 1 / MathF.Sqrt(Lanes.Sum(low, high) / length + epsilon);
    }
}
