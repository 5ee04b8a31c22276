using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Pairs of products in 16 bits, 512 bits at a time; two halves on a processor without them, which only tests ask for.</summary>
internal readonly struct Avx512Dot : IByteDot<Vector512<int>>
{
    public static bool TakesBytes => false;

    public static int Fields => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Multiply(Vector512<int> fields, Vector512<int> values) => Avx512BW.IsSupported ? Avx512BW.MultiplyAddAdjacent(fields.AsByte(), values.AsSByte()).AsInt32() : MultiplyHalves(fields, values);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MultiplyAdd(Vector512<int> sum, Vector512<int> fields, Vector512<int> values) =>
        (sum.AsInt16() + Multiply(fields, values).AsInt16()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Total(Vector512<int> sum) => Avx512BW.IsSupported ? Avx512BW.MultiplyAddAdjacent(sum.AsInt16(), Vector512<short>.One) : TotalHalves(sum);

    // Apart, so that the methods above stay small: what is inlined into a kernel has a budget.
    private static Vector512<int> MultiplyHalves(Vector512<int> fields, Vector512<int> values) =>
        Vector512.Create(Avx2Dot.Multiply(fields.GetLower(), values.GetLower()), Avx2Dot.Multiply(fields.GetUpper(), values.GetUpper()));

    private static Vector512<int> TotalHalves(Vector512<int> sum) => Vector512.Create(Avx2Dot.Total(sum.GetLower()), Avx2Dot.Total(sum.GetUpper()));
}
