using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Vectors at the end of a row, where fewer elements are left than a vector has lanes.</summary>
internal static unsafe class Tail
{
    /// <summary>Up to eight floats; the lanes beyond them hold <paramref name="fill"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector256<float> Load(float* source, int count, float fill = 0)
    {
        float* lanes = stackalloc float[8];
        for (int i = 0; i < 8; i++)
        {
            lanes[i] = i < count ? source[i] : fill;
        }

        return Vector256.Load(lanes);
    }

    /// <summary>Stores the first <paramref name="count"/> lanes, none for a count below 1, all for one above 7.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store(Vector256<float> value, float* target, int count)
    {
        for (int i = 0; i < Math.Min(count, 8); i++)
        {
            target[i] = value[i];
        }
    }
}
