using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Floats to integers of 8 bits (kept in 32) with a common scale.</summary>
internal static unsafe class Rounding
{
    /// <summary>
    /// values = scale * rounded, scale = max |value| / 127; returns the scale. The count is a multiple of 8. NaN makes the scale NaN, which
    /// carries it on.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static float ToInt8(float* values, int count, int* rounded, out int sum)
    {
        Vector256<float> max = Vector256<float>.Zero;
        Vector256<float> poison = Vector256<float>.Zero;
        for (int i = 0; i < count; i += 8)
        {
            Vector256<float> value = Vector256.Load(values + i);
            Vector256<float> magnitude = Vector256.Abs(value);
            max = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, max), magnitude, max);
            poison += value - value;
        }

        // value - value is 0, or NaN for what is no finite number.
        float largest = Lanes.Max(max, max) + Lanes.Sum(poison, poison);
        float scale = largest / 127;
        float inverse = scale < 1e-37f ? 0 : 1 / scale;
        Vector256<float> inverses = Vector256.Create(inverse);

        // Adding 1.5 * 2^23 rounds to a whole number, ties to even, and leaves it in the low bits.
        Vector256<float> shifter = Vector256.Create(12582912f);
        Vector256<int> sums = Vector256<int>.Zero;
        for (int i = 0; i < count; i += 8)
        {
            Vector256<int> whole = (Vector256.Load(values + i) * inverses + shifter).AsInt32() - shifter.AsInt32();
            sums += whole;
            whole.Store(rounded + i);
        }

        sum = Vector256.Sum(sums);
        return scale;
    }
}
