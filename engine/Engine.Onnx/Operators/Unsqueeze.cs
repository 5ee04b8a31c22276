using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Adds dimensions of size 1 at the named places of the result.</summary>
internal sealed class Unsqueeze(Node node) : Operator
{
    private readonly long[]? _axes = node.Attributes.Ints("axes");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int added = _axes?.Length ?? context.Integers(1).Length;
        int rank = x.Shape.Rank + added;
        if (rank > Shape.MaxRank)
        {
            throw context.Error($"a result of {rank} dimensions; at most {Shape.MaxRank} are supported.");
        }

        int mask = Axes.Read(context, _axes, 1, rank) ?? 0;
        if (int.PopCount(mask) != added)
        {
            throw context.Error("an axis is named twice.");
        }

        Span<int> sizes = stackalloc int[Shape.MaxRank];
        int from = 0;
        for (int axis = 0; axis < rank; axis++)
        {
            sizes[axis] = Axes.Has(mask, axis) ? 1 : x.Shape[from++];
        }

        context.AliasOutput(0, x, new Shape(sizes[..rank]));
    }
}
