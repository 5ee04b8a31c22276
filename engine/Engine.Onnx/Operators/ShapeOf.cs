using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>ONNX's Shape: the dimensions of a tensor, or some of them, as integers.</summary>
internal sealed class ShapeOf(Node node) : Operator
{
    private readonly long _start = node.Attributes.Int("start", 0);
    private readonly long _end = node.Attributes.Int("end", long.MaxValue);

    public override void Run(OperatorContext context)
    {
        Shape shape = context.Input(0).Shape;
        int start = Clamp(_start, shape.Rank);
        int end = Math.Max(start, Clamp(_end, shape.Rank));
        Tensor y = context.AllocateOutput(0, ElementType.Int64, new Shape(end - start));
        Span<long> values = y.AsSpan<long>();
        for (int i = start; i < end; i++)
        {
            values[i - start] = shape[i];
        }
    }

    private static int Clamp(long axis, int rank) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
}
