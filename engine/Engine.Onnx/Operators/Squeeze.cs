using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Drops dimensions of size 1: those named, or all.</summary>
internal sealed class Squeeze(Node node) : Operator
{
    private readonly long[]? _axes = node.Attributes.Ints("axes");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int? given = Axes.Read(context, _axes, 1, x.Shape.Rank);
        int mask = given ?? 0;
        for (int axis = 0; axis < x.Shape.Rank; axis++)
        {
            if (given is null && x.Shape[axis] == 1)
            {
                mask |= 1 << axis;
            }

            if (Axes.Has(mask, axis) && x.Shape[axis] != 1)
            {
                throw context.Error($"axis {axis} of {x.Shape} is not of size 1.");
            }
        }

        context.AliasOutput(0, x, Axes.Without(x.Shape, mask));
    }
}
