using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>A copy with single elements replaced or combined: those at the indices' own places, with the index in place of one coordinate.</summary>
internal sealed class ScatterElements(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 0);
    private readonly ScatterReduction _reduction = ScatterUpdate.Parse(node.Attributes.String("reduction", "none"));

    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor indices = context.Input(1);
        Tensor updates = context.Input(2, x.ElementType);
        int axis = context.NormalizeAxis(_axis, x.Shape.Rank);
        if (indices.Shape.Rank != x.Shape.Rank || updates.Shape != indices.Shape)
        {
            throw context.Error($"indices of shape {indices.Shape} and updates of shape {updates.Shape} for {x.Shape}.");
        }

        context.ElementSize(x);
        ElementPlaces places = new(context, x.Shape, indices.Shape, axis, context.Integers(1));
        Tensor y = context.AllocateOutput(0, x.ElementType, x.Shape);
        x.AsReadOnlySpan<byte>().CopyTo(y.AsSpan<byte>());
        for (int i = 0; i < indices.ElementCount; i++)
        {
            if (!ScatterUpdate.TryApply(y, places.Next(), updates, i, 1, _reduction))
            {
                throw context.UnsupportedType(x.ElementType);
            }
        }
    }
}
