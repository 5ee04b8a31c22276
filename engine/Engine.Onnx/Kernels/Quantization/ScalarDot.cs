using System.Runtime.CompilerServices;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>One lane, product by product.</summary>
internal readonly struct ScalarDot : IByteDot<int>
{
    public static bool TakesBytes => true;

    public static int Fields => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Multiply(int fields, int values) =>
        (byte)fields * (sbyte)values + (byte)(fields >> 8) * (sbyte)(values >> 8) + (byte)(fields >> 16) * (sbyte)(values >> 16) + (fields >>> 24) * (values >> 24);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int MultiplyAdd(int sum, int fields, int values) => sum + Multiply(fields, values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Total(int sum) => sum;
}
