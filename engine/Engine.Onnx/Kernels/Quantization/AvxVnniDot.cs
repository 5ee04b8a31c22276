using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Dot products of four bytes in 32 bits, 256 bits at a time.</summary>
internal readonly struct AvxVnniDot : IByteDot<Vector256<int>>
{
    public static bool TakesBytes => true;

    public static int Fields => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Multiply(Vector256<int> fields, Vector256<int> values) => MultiplyAdd(Vector256<int>.Zero, fields, values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<int> fields, Vector256<int> values) =>
        AvxVnni.MultiplyWideningAndAdd(sum, fields.AsByte(), values.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Total(Vector256<int> sum) => sum;
}
