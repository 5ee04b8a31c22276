using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Pairs of products in 16 bits, 256 bits at a time; two halves on a processor without them, which only tests ask for.</summary>
internal readonly struct Avx2Dot : IByteDot<Vector256<int>>
{
    public static bool TakesBytes => false;

    public static int Fields => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Multiply(Vector256<int> fields, Vector256<int> values) => Avx2.IsSupported ? Avx2.MultiplyAddAdjacent(fields.AsByte(), values.AsSByte()).AsInt32() : MultiplyHalves(fields, values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> sum, Vector256<int> fields, Vector256<int> values) =>
        (sum.AsInt16() + Multiply(fields, values).AsInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Total(Vector256<int> sum) => Avx2.IsSupported ? Avx2.MultiplyAddAdjacent(sum.AsInt16(), Vector256<short>.One) : TotalHalves(sum);

    // Apart, so that the methods above stay small: what is inlined into a kernel has a budget.
    private static Vector256<int> MultiplyHalves(Vector256<int> fields, Vector256<int> values) =>
        Vector256.Create(Vector128Dot.Multiply(fields.GetLower(), values.GetLower()), Vector128Dot.Multiply(fields.GetUpper(), values.GetUpper()));

    private static Vector256<int> TotalHalves(Vector256<int> sum) => Vector256.Create(Vector128Dot.Total(sum.GetLower()), Vector128Dot.Total(sum.GetUpper()));
}
