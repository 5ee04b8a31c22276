using System.Runtime.CompilerServices;
using Engine.Onnx.Kernels.Registers;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Products in two registers side by side.</summary>
internal readonly struct PairDot<TDot, TVector> : IByteDot<Pair<TVector>>
    where TDot : struct, IByteDot<TVector>
    where TVector : struct
{
    public static bool TakesBytes => TDot.TakesBytes;

    public static int Fields => TDot.Fields / 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Multiply(Pair<TVector> fields, Pair<TVector> values) =>
        new(TDot.Multiply(fields.Low, values.Low), TDot.Multiply(fields.High, values.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> MultiplyAdd(Pair<TVector> sum, Pair<TVector> fields, Pair<TVector> values) =>
        new(TDot.MultiplyAdd(sum.Low, fields.Low, values.Low), TDot.MultiplyAdd(sum.High, fields.High, values.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector> Total(Pair<TVector> sum) => new(TDot.Total(sum.Low), TDot.Total(sum.High));
}
