using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>The coordinates of all elements that are not zero, a row for each dimension.</summary>
internal sealed class NonZero : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int elementSize = context.ElementSize(x);
        ReadOnlySpan<byte> bytes = x.AsReadOnlySpan<byte>();
        Span<int> found = context.Scratch<int>((int)x.ElementCount);
        int count = 0;
        for (int i = 0; i < x.ElementCount; i++)
        {
            // A floating-point zero may carry a sign.
            ReadOnlySpan<byte> element = bytes.Slice(i * elementSize, elementSize);
            bool isZero = element[..^1].IndexOfAnyExcept((byte)0) < 0 && (element[^1] == 0 || (x.ElementType.IsFloatingPoint() && element[^1] == 0x80));
            if (!isZero)
            {
                found[count++] = i;
            }
        }

        Shape shape = x.Shape;
        Span<long> y = context.AllocateOutput(0, ElementType.Int64, new Shape(shape.Rank, count)).AsSpan<long>();
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            long inner = shape.CountBetween(axis + 1, shape.Rank);
            for (int i = 0; i < count; i++)
            {
                y[(axis * count) + i] = found[i] / inner % shape[axis];
            }
        }
    }
}
