using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Pairs of products in 16 bits, 128 bits at a time, on any processor.</summary>
internal readonly struct Vector128Dot : IByteDot<Vector128<int>>
{
    public static bool TakesBytes => false;

    public static int Fields => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Multiply(Vector128<int> fields, Vector128<int> values)
    {
        if (Ssse3.IsSupported)
        {
            return Ssse3.MultiplyAddAdjacent(fields.AsByte(), values.AsSByte()).AsInt32();
        }

        return AdvSimd.Arm64.IsSupported ? MultiplyArm(fields.AsSByte(), values.AsSByte()) : MultiplyAny(fields.AsInt16(), values.AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAdd(Vector128<int> sum, Vector128<int> fields, Vector128<int> values) =>
        (sum.AsInt16() + Multiply(fields, values).AsInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Total(Vector128<int> sum)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(sum.AsInt16(), Vector128<short>.One);
        }

        return AdvSimd.IsSupported ? AdvSimd.AddPairwiseWidening(sum.AsInt16()) : ((sum << 16) >> 16) + (sum >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyArm(Vector128<sbyte> fields, Vector128<sbyte> values)
    {
        Vector128<short> low = AdvSimd.MultiplyWideningLower(fields.GetLower(), values.GetLower());
        Vector128<short> high = AdvSimd.MultiplyWideningUpper(fields, values);
        return AdvSimd.Arm64.AddPairwise(low, high).AsInt32();
    }

    private static Vector128<int> MultiplyAny(Vector128<short> fields, Vector128<short> values)
    {
        Vector128<short> even = (fields & Vector128.Create((short)0xFF)) * ((values << 8) >> 8);
        Vector128<short> odd = (fields >>> 8) * (values >> 8);
        return (even + odd).AsInt32();
    }
}
