using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Sums of neighbouring integer products. Exact, so that every processor has the same bits.</summary>
internal static class IntegerDot
{
    /// <summary>Pairs of unsigned times signed bytes. The caller keeps the fields so small that no sum leaves 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Bytes(Vector256<byte> fields, Vector256<sbyte> values)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(fields, values);
        }

        Vector256<short> even = (fields.AsInt16() & Vector256.Create((short)0xFF)) * ((values.AsInt16() << 8) >> 8);
        Vector256<short> odd = (fields.AsUInt16() >> 8).AsInt16() * (values.AsInt16() >> 8);
        return even + odd;
    }

    /// <summary>Pairs of 16-bit products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Pairs(Vector256<short> left, Vector256<short> right)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(left, right);
        }

        Vector256<int> even = ((left.AsInt32() << 16) >> 16) * ((right.AsInt32() << 16) >> 16);
        Vector256<int> odd = (left.AsInt32() >> 16) * (right.AsInt32() >> 16);
        return even + odd;
    }

    /// <summary>Pairs of 16-bit sums, added up in 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Widen(Vector256<short> sums) => Pairs(sums, Vector256<short>.One);
}
