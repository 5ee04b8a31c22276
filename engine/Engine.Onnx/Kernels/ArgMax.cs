using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>The place of the largest element.</summary>
internal static unsafe class ArgMax
{
    /// <summary>The first of the largest elements; NaN never wins. 0 for a row without any number.</summary>
    public static int Run(ReadOnlySpan<float> row)
    {
        fixed (float* x = row)
        {
            float max = Softmax.Maximum(x, row.Length);
            return Math.Max(0, IndexOf(x, row.Length, max));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int IndexOf(float* x, int length, float value)
    {
        Vector256<float> sought = Vector256.Create(value);
        int i = 0;
        for (; i + 8 <= length; i += 8)
        {
            uint hits = Vector256.Equals(Vector256.Load(x + i), sought).ExtractMostSignificantBits();
            if (hits != 0)
            {
                return i + System.Numerics.BitOperations.TrailingZeroCount(hits);
            }
        }

        for (; i < length; i++)
        {
            if (x[i] == value)
            {
                return i;
            }
        }

        return -1;
    }
}
