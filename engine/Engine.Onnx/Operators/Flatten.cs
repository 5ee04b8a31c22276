using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Two dimensions out of many: those before an axis, and those from it on.</summary>
internal sealed class Flatten(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 1);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int axis = _axis == x.Shape.Rank ? x.Shape.Rank : context.NormalizeAxis(_axis, Math.Max(x.Shape.Rank, 1));
        context.AliasOutput(0, x, context.ToShape([x.Shape.CountBetween(0, axis), x.Shape.CountBetween(axis, x.Shape.Rank)]));
    }
}
