using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Max-subtracted softmax of one row. In place when x and y are the same.</summary>
internal static unsafe class Softmax
{
    /// <summary>y = e^(x - max) / sum. A row of nothing but negative infinities gives NaN.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, int length, float* y)
    {
        float sum = Exponentials(x, length, Maximum(x, length), y);
        Scale(y, 1 / sum, length);
    }

    /// <summary>The largest element; negative infinity for an empty row.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float Maximum(float* x, int length)
    {
        Vector256<float> low = Vector256.Create(float.NegativeInfinity);
        Vector256<float> high = low;
        int i = 0;
        for (; i + 16 <= length; i += 16)
        {
            // Compared and selected rather than Max: two instructions in place of five, and a NaN still reaches the sum through e^x.
            Vector256<float> a = Vector256.Load(x + i);
            Vector256<float> b = Vector256.Load(x + i + 8);
            low = Vector256.ConditionalSelect(Vector256.GreaterThan(a, low), a, low);
            high = Vector256.ConditionalSelect(Vector256.GreaterThan(b, high), b, high);
        }

        float max = Lanes.Max(low, high);
        for (; i < length; i++)
        {
            max = x[i] > max ? x[i] : max;
        }

        return max;
    }

    /// <summary>y = e^(x - max); returns their sum.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float Exponentials(float* x, int length, float max, float* y)
    {
        Vector256<float> maxima = Vector256.Create(max);
        Vector256<float> low = Vector256<float>.Zero;
        Vector256<float> high = Vector256<float>.Zero;
        int i = 0;
        for (; i + 16 <= length; i += 16)
        {
            Vector256<float> a = VectorMath.ExpNotLarge(Vector256.Load(x + i) - maxima);
            Vector256<float> b = VectorMath.ExpNotLarge(Vector256.Load(x + i + 8) - maxima);
            a.Store(y + i);
            b.Store(y + i + 8);
            low += a;
            high += b;
        }

        if (i < length)
        {
            Vector256<float> a = VectorMath.ExpNotLarge(Tail.Load(x + i, length - i, float.NegativeInfinity) - maxima);
            Vector256<float> b = VectorMath.ExpNotLarge(Tail.Load(x + i + 8, length - i - 8, float.NegativeInfinity) - maxima);
            Tail.Store(a, y + i, length - i);
            Tail.Store(b, y + i + 8, length - i - 8);
            low += a;
            high += b;
        }

        return Lanes.Sum(low, high);
    }

    private static void Scale(float* y, float factor, int length)
    {
        Vector256<float> factors = Vector256.Create(factor);
        int i = 0;
        for (; i + 8 <= length; i += 8)
        {
            (Vector256.Load(y + i) * factors).Store(y + i);
        }

        for (; i < length; i++)
        {
            y[i] *= factor;
        }
    }
}
