using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Picks slices along an axis by their index; negative indices count from the end.</summary>
internal sealed class Gather(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 0);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        ReadOnlySpan<long> indices = context.Integers(1);
        int axis = context.NormalizeAxis(_axis, x.Shape.Rank);
        Tensor y = context.AllocateOutput(0, x.ElementType, ResultShape(context, x.Shape, context.Input(1).Shape, axis));
        int elementSize = context.ElementSize(x);
        int count = x.Shape[axis];
        long rows = x.Shape.CountBetween(0, axis);
        int sliceBytes = checked((int)(x.Shape.CountBetween(axis + 1, x.Shape.Rank) * elementSize));
        long target = 0;
        for (long row = 0; row < rows; row++)
        {
            foreach (long index in indices)
            {
                long slice = index < 0 ? index + count : index;
                if (slice < 0 || slice >= count)
                {
                    throw context.Error($"index {index} on an axis of size {count}.");
                }

                x.Slice<byte>(((row * count) + slice) * sliceBytes, sliceBytes).CopyTo(y.WritableSlice<byte>(target, sliceBytes));
                target += sliceBytes;
            }
        }
    }

    private static Shape ResultShape(OperatorContext context, in Shape data, in Shape indices, int axis)
    {
        Span<long> sizes = stackalloc long[2 * Shape.MaxRank];
        int rank = 0;
        for (int i = 0; i < axis; i++)
        {
            sizes[rank++] = data[i];
        }

        for (int i = 0; i < indices.Rank; i++)
        {
            sizes[rank++] = indices[i];
        }

        for (int i = axis + 1; i < data.Rank; i++)
        {
            sizes[rank++] = data[i];
        }

        return context.ToShape(sizes[..rank]);
    }
}
