using Engine.Onnx.Kernels.Moves;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Repeats a tensor along its dimensions of size 1 until it has the shape that it and a computed one broadcast to.</summary>
internal sealed class Expand : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Shape wanted = context.ToShape(context.Integers(1));
        if (!Shape.TryBroadcast(x.Shape, wanted, out Shape shape))
        {
            throw context.Error($"shapes {x.Shape} and {wanted} do not broadcast to one.");
        }

        Span<long> strides = stackalloc long[Shape.MaxRank];
        Strides.Broadcast(x.Shape, shape, strides);
        int elementSize = context.ElementSize(x);
        Tensor y = context.AllocateOutput(0, x.ElementType, shape);
        StridedCopy.Run(x.AsReadOnlySpan<byte>(), y.AsSpan<byte>(), 0, shape.Dimensions, strides[..shape.Rank], elementSize);
    }
}
