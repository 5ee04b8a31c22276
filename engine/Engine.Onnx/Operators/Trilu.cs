using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>The upper or lower triangle of the last two dimensions, from the k-th diagonal on; the rest is zero.</summary>
internal sealed class Trilu(Node node) : Operator
{
    private readonly bool _upper = node.Attributes.Flag("upper", true);

    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        long diagonal = context.OptionalInput(1) is null ? 0 : context.Integer(1);
        if (x.Shape.Rank < 2)
        {
            throw context.Error($"a tensor of shape {x.Shape}; two dimensions are needed.");
        }

        int elementSize = context.ElementSize(x);
        int rows = x.Shape[^2];
        int columns = x.Shape[^1];
        Tensor y = context.AllocateOutput(0, x.ElementType, x.Shape);
        ReadOnlySpan<byte> source = x.AsReadOnlySpan<byte>();
        Span<byte> target = y.AsSpan<byte>();
        source.CopyTo(target);
        for (int start = 0, row = 0; start < target.Length; start += columns * elementSize, row = (row + 1) % rows)
        {
            int border = (int)Math.Clamp(row + diagonal + (_upper ? 0 : 1), 0, columns) * elementSize;
            Span<byte> line = target.Slice(start, columns * elementSize);
            (_upper ? line[..border] : line[border..]).Clear();
        }
    }
}
