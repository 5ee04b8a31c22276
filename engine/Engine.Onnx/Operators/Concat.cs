using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Tensors one after another along an axis.</summary>
internal sealed class Concat(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis");

    public override void Run(OperatorContext context)
    {
        Tensor first = context.Input(0);
        int axis = context.NormalizeAxis(_axis, first.Shape.Rank);
        int size = 0;
        for (int i = 0; i < context.InputCount; i++)
        {
            Tensor x = context.Input(i, first.ElementType);
            if (x.Shape.Rank != first.Shape.Rank || x.Shape.With(axis, 0) != first.Shape.With(axis, 0))
            {
                throw context.Error($"{first.Shape} and {x.Shape} cannot be joined along axis {axis}.");
            }

            size = checked(size + x.Shape[axis]);
        }

        Tensor y = context.AllocateOutput(0, first.ElementType, first.Shape.With(axis, size));
        int elementSize = context.ElementSize(first);
        int rows = (int)y.Shape.CountBetween(0, axis);
        long inner = y.Shape.CountBetween(axis + 1, y.Shape.Rank) * elementSize;
        long rowBytes = size * inner;
        long start = 0;
        for (int i = 0; i < context.InputCount; i++)
        {
            Tensor x = context.Input(i);
            int pieceBytes = checked((int)(x.Shape[axis] * inner));
            for (int row = 0; row < rows; row++)
            {
                x.Slice<byte>((long)row * pieceBytes, pieceBytes).CopyTo(y.WritableSlice<byte>((row * rowBytes) + start, pieceBytes));
            }

            start += pieceBytes;
        }
    }
}
