using Engine.Onnx.Kernels.Moves;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Repeats a tensor a given number of times along each axis.</summary>
internal sealed class Tile : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        ReadOnlySpan<long> repeats = context.Integers(1);
        int rank = x.Shape.Rank;
        if (repeats.Length != rank)
        {
            throw context.Error($"{repeats.Length} repeats for {rank} dimensions.");
        }

        // Each axis becomes two: one that repeats, and the axis itself.
        Span<long> result = stackalloc long[Shape.MaxRank];
        Span<int> sizes = stackalloc int[2 * Shape.MaxRank];
        Span<long> strides = stackalloc long[2 * Shape.MaxRank];
        Span<long> dense = stackalloc long[Shape.MaxRank];
        Strides.Dense(x.Shape, dense);
        for (int axis = 0; axis < rank; axis++)
        {
            result[axis] = repeats[axis] is >= 0 and <= int.MaxValue ? x.Shape[axis] * repeats[axis] : throw context.Error($"{repeats[axis]} repeats.");
            sizes[2 * axis] = (int)repeats[axis];
            strides[2 * axis] = 0;
            sizes[(2 * axis) + 1] = x.Shape[axis];
            strides[(2 * axis) + 1] = dense[axis];
        }

        Tensor y = context.AllocateOutput(0, x.ElementType, context.ToShape(result[..rank]));
        StridedCopy.Run(x.AsReadOnlySpan<byte>(), y.AsSpan<byte>(), 0, sizes[..(2 * rank)], strides[..(2 * rank)], context.ElementSize(x));
    }
}
