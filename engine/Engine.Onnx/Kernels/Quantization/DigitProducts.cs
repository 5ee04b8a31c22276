using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Products of fields and digits, neighbours added up. Exact, so that every processor has the same bits.</summary>
internal static class DigitProducts
{
    /// <summary>Pairs of unsigned times signed bytes, whose sums do not leave 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Bytes(Vector256<int> fields, Vector256<int> digits)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(fields.AsByte(), digits.AsSByte());
        }

        Vector256<short> even = (fields.AsInt16() & Vector256.Create((short)0xFF)) * ((digits.AsInt16() << 8) >> 8);
        return even + (fields.AsInt16() >>> 8) * (digits.AsInt16() >> 8);
    }

    /// <summary>Pairs of signed 16-bit numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Pairs(Vector256<short> left, Vector256<short> right)
    {
        if (Avx2.IsSupported)
        {
            return Avx2.MultiplyAddAdjacent(left, right);
        }

        Vector256<int> even = ((left.AsInt32() << 16) >> 16) * ((right.AsInt32() << 16) >> 16);
        return even + (left.AsInt32() >> 16) * (right.AsInt32() >> 16);
    }
}
