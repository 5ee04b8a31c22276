using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>
/// Reductions over the sixteen canonical lanes. Every kernel that sums along a row keeps sixteen running values, element i in lane i mod 16,
/// and folds them in halves: 16 to 8 to 4 to 2 to 1. No vector width, no instruction set and no chunk border changes that order.
/// </summary>
internal static class Lanes
{
    public const int Count = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> low, Vector256<float> high)
    {
        Vector256<float> eight = low + high;
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> low, Vector256<float> high)
    {
        Vector256<float> eight = Vector256.Max(low, high);
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[2]), MathF.Max(four[1], four[3]));
    }
}
