using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>A copy with whole slices replaced or combined, each named by the first coordinates.</summary>
internal sealed class ScatterND(Node node) : Operator
{
    private readonly ScatterReduction _reduction = ScatterUpdate.Parse(node.Attributes.String("reduction", "none"));

    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor indices = context.Input(1);
        Tensor updates = context.Input(2, x.ElementType);
        SlicePlaces places = new(context, x.Shape, indices);
        if (updates.ElementCount != places.Count * places.SliceLength)
        {
            throw context.Error($"updates of shape {updates.Shape} for indices of shape {indices.Shape} into {x.Shape}.");
        }

        context.ElementSize(x);
        ReadOnlySpan<long> coordinates = context.Integers(1);
        Tensor y = context.AllocateOutput(0, x.ElementType, x.Shape);
        x.AsReadOnlySpan<byte>().CopyTo(y.AsSpan<byte>());
        for (int i = 0; i < places.Count; i++)
        {
            if (!ScatterUpdate.TryApply(y, places.Of(coordinates, i), updates, i * places.SliceLength, (int)places.SliceLength, _reduction))
            {
                throw context.UnsupportedType(x.ElementType);
            }
        }
    }
}
