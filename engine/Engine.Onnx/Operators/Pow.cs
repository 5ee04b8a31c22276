using System.Numerics;
using Engine.Onnx.Kernels.Conversion;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = x to the power of e, broadcast; the types may differ, the result is of x's. Halves and bfloat16 are computed as singles and rounded once.</summary>
internal sealed class Pow : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor exponent = context.Input(1);
        Tensor y = context.AllocateOutput(0, x.ElementType, context.Broadcast(x, exponent));
        BroadcastLoop loop = new(y.Shape, x.Shape, exponent.Shape, exponent.Shape);
        Span<double> exponents = context.Scratch<double>((int)exponent.ElementCount);
        if (!TensorValues.TryRead(exponent, exponents))
        {
            throw context.UnsupportedType(exponent.ElementType);
        }

        switch (x.ElementType)
        {
            case ElementType.Float32: Compute(x.AsReadOnlySpan<float>(), exponents, y.AsSpan<float>(), loop); break;
            case ElementType.Float64: Compute(x.AsReadOnlySpan<double>(), exponents, y.AsSpan<double>(), loop); break;
            case ElementType.Int32: Compute(x.AsReadOnlySpan<int>(), exponents, y.AsSpan<int>(), loop); break;
            case ElementType.Int64: Compute(x.AsReadOnlySpan<long>(), exponents, y.AsSpan<long>(), loop); break;
            case ElementType.Float16: ComputeAsSingle<Half>(context, x, exponents, y, loop); break;
            case ElementType.BFloat16: ComputeAsSingle<BFloat16>(context, x, exponents, y, loop); break;
            default: throw context.UnsupportedType(x.ElementType);
        }
    }

    private static void ComputeAsSingle<T>(OperatorContext context, Tensor x, ReadOnlySpan<double> exponents, Tensor y, BroadcastLoop loop)
        where T : unmanaged
    {
        Span<float> wide = context.Scratch<float>((int)x.ElementCount);
        Span<float> result = context.Scratch<float>((int)y.ElementCount);
        SingleConversion.ToSingle(x.AsReadOnlySpan<T>(), wide);
        Compute(wide, exponents, result, loop);
        SingleConversion.FromSingle(result, y.AsSpan<T>());
    }

    private static void Compute<T>(ReadOnlySpan<T> x, ReadOnlySpan<double> exponents, Span<T> y, BroadcastLoop loop)
        where T : INumber<T>
    {
        while (loop.Next())
        {
            int from = (int)loop.Offset(0);
            int which = (int)loop.Offset(1);
            int step = loop.Repeats(0) ? 0 : 1;
            int whichStep = loop.Repeats(1) ? 0 : 1;
            Span<T> run = y.Slice((int)loop.Start, loop.RunLength);
            for (int i = 0; i < run.Length; i++)
            {
                T value = x[from];
                double exponent = exponents[which];

                // Squares and cubes, the common ones, without a logarithm.
                run[i] = exponent == 2 ? value * value : exponent == 3 ? value * value * value
                    : T.CreateTruncating(Math.Pow(double.CreateTruncating(value), exponent));
                from += step;
                which += whichStep;
            }
        }
    }
}
