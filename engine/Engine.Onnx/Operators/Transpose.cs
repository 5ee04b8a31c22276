using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Moves;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Reorders the dimensions; without an order, reverses them.</summary>
internal sealed class Transpose(Node node) : Operator
{
    private readonly long[]? _order = node.Attributes.Ints("perm");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int rank = x.Shape.Rank;
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Span<long> strides = stackalloc long[Shape.MaxRank];
        int used = 0;
        for (int i = 0; i < rank; i++)
        {
            int axis = _order is null ? rank - 1 - i : _order.Length == rank ? context.NormalizeAxis(_order[i], rank) : -1;
            if (axis < 0 || Axes.Has(used, axis))
            {
                throw context.Error($"the order [{string.Join(',', _order!)}] is none of {rank} dimensions.");
            }

            used |= 1 << axis;
            sizes[i] = x.Shape[axis];
            strides[i] = x.Shape.CountBetween(axis + 1, rank);
        }

        int elementSize = context.ElementSize(x);
        Tensor y = context.AllocateOutput(0, x.ElementType, new Shape(sizes[..rank]));
        StridedCopy.Run(x.AsReadOnlySpan<byte>(), y.AsSpan<byte>(), 0, sizes[..rank], strides[..rank], elementSize);
    }
}
