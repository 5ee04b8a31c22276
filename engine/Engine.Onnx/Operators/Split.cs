using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Cuts a tensor along an axis: by given sizes, or into equal parts of which the last may be smaller.</summary>
internal sealed class Split(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 0);
    private readonly long[]? _sizes = node.Attributes.Ints("split");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int axis = context.NormalizeAxis(_axis, x.Shape.Rank);
        int parts = context.OutputCount;
        ReadOnlySpan<long> sizes = _sizes ?? (context.OptionalInput(1) is null ? default : context.Integers(1));
        if (!sizes.IsEmpty && sizes.Length != parts)
        {
            throw context.Error($"{sizes.Length} sizes for {parts} outputs.");
        }

        int elementSize = context.ElementSize(x);
        int rows = (int)x.Shape.CountBetween(0, axis);
        long inner = x.Shape.CountBetween(axis + 1, x.Shape.Rank) * elementSize;
        long equal = (x.Shape[axis] + parts - 1) / parts;
        long start = 0;
        for (int i = 0; i < parts; i++)
        {
            long size = sizes.IsEmpty ? Math.Min(equal, x.Shape[axis] - start) : sizes[i];
            if (size < 0 || start + size > x.Shape[axis] || (i == parts - 1 && start + size != x.Shape[axis]))
            {
                throw context.Error($"the sizes do not add up to {x.Shape[axis]}, axis {axis} of {x.Shape}.");
            }

            if (context.HasOutput(i))
            {
                Tensor y = context.AllocateOutput(i, x.ElementType, x.Shape.With(axis, (int)size));
                int pieceBytes = checked((int)(size * inner));
                for (int row = 0; row < rows; row++)
                {
                    x.Slice<byte>(((row * (long)x.Shape[axis]) + start) * inner, pieceBytes).CopyTo(y.WritableSlice<byte>((long)row * pieceBytes, pieceBytes));
                }
            }

            start += size;
        }
    }
}
