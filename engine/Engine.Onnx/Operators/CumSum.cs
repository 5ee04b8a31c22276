using System.Numerics;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Running sums along an axis: forwards or backwards, with or without the element itself.</summary>
internal sealed class CumSum(Node node) : Operator
{
    private readonly bool _exclusive = node.Attributes.Flag("exclusive");
    private readonly bool _reverse = node.Attributes.Flag("reverse");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int axis = context.NormalizeAxis(context.Integer(1), x.Shape.Rank);
        int length = x.Shape[axis];
        int inner = (int)x.Shape.CountBetween(axis + 1, x.Shape.Rank);
        Tensor y = context.AllocateOutput(0, x.ElementType, x.Shape);
        switch (x.ElementType)
        {
            case ElementType.Float32: Run(x.AsReadOnlySpan<float>(), y.AsSpan<float>(), length, inner); break;
            case ElementType.Float64: Run(x.AsReadOnlySpan<double>(), y.AsSpan<double>(), length, inner); break;
            case ElementType.Int64: Run(x.AsReadOnlySpan<long>(), y.AsSpan<long>(), length, inner); break;
            case ElementType.Int32: Run(x.AsReadOnlySpan<int>(), y.AsSpan<int>(), length, inner); break;
            case ElementType.UInt64: Run(x.AsReadOnlySpan<ulong>(), y.AsSpan<ulong>(), length, inner); break;
            case ElementType.UInt32: Run(x.AsReadOnlySpan<uint>(), y.AsSpan<uint>(), length, inner); break;
            default: throw context.UnsupportedType(x.ElementType);
        }
    }

    private void Run<T>(ReadOnlySpan<T> x, Span<T> y, int length, int inner)
        where T : INumber<T>
    {
        int block = length * inner;
        for (int start = 0; start < x.Length; start += block)
        {
            for (int column = 0; column < inner; column++)
            {
                T sum = T.Zero;
                for (int i = 0; i < length; i++)
                {
                    int place = start + ((_reverse ? length - 1 - i : i) * inner) + column;
                    T before = sum;
                    sum += x[place];
                    y[place] = _exclusive ? before : sum;
                }
            }
        }
    }
}
