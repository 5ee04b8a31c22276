using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Arm's dot products of four signed bytes; fields of four bits are signed bytes as well.</summary>
internal readonly struct DpDot : IByteDot<Vector128<int>>
{
    public static bool TakesBytes => false;

    public static int Fields => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Multiply(Vector128<int> fields, Vector128<int> values) => MultiplyAdd(Vector128<int>.Zero, fields, values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAdd(Vector128<int> sum, Vector128<int> fields, Vector128<int> values) =>
        Dp.DotProduct(sum, fields.AsSByte(), values.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Total(Vector128<int> sum) => sum;
}
