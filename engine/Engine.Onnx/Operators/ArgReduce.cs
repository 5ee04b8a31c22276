using System.Numerics;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>ArgMax and ArgMin: where along an axis the largest or smallest element is, the first or the last of equals.</summary>
internal sealed class ArgReduce(Node node, bool largest) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 0);
    private readonly bool _keepDimensions = node.Attributes.Flag("keepdims", true);
    private readonly bool _last = node.Attributes.Flag("select_last_index");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int axis = context.NormalizeAxis(_axis, x.Shape.Rank);
        int length = x.Shape[axis];
        if (length == 0)
        {
            throw context.Error($"axis {axis} of {x.Shape} is empty.");
        }

        int mask = 1 << axis;
        int inner = (int)x.Shape.CountBetween(axis + 1, x.Shape.Rank);
        Span<long> y = context.AllocateOutput(0, ElementType.Int64, _keepDimensions ? Axes.Collapse(x.Shape, mask) : Axes.Without(x.Shape, mask)).AsSpan<long>();
        switch (x.ElementType)
        {
            case ElementType.Float32: Run(x.AsReadOnlySpan<float>(), y, length, inner); break;
            case ElementType.Float16: Run(x.AsReadOnlySpan<Half>(), y, length, inner); break;
            case ElementType.Float64: Run(x.AsReadOnlySpan<double>(), y, length, inner); break;
            case ElementType.Int64: Run(x.AsReadOnlySpan<long>(), y, length, inner); break;
            case ElementType.Int32: Run(x.AsReadOnlySpan<int>(), y, length, inner); break;
            case ElementType.Int8: Run(x.AsReadOnlySpan<sbyte>(), y, length, inner); break;
            case ElementType.UInt8: Run(x.AsReadOnlySpan<byte>(), y, length, inner); break;
            default: throw context.UnsupportedType(x.ElementType);
        }
    }

    private void Run<T>(ReadOnlySpan<T> x, Span<long> y, int length, int inner)
        where T : INumber<T>
    {
        for (int i = 0; i < y.Length; i++)
        {
            int start = (i / inner * length * inner) + (i % inner);
            int best = 0;
            for (int k = 1; k < length; k++)
            {
                T candidate = x[start + (k * inner)];
                T current = x[start + (best * inner)];
                bool wins = largest ? candidate > current : candidate < current;
                best = wins || (_last && candidate == current) ? k : best;
            }

            y[i] = best;
        }
    }
}
