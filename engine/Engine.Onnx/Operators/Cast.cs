using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Converts to another element type. Floats go to integers by cutting the fraction, saturated; integers among each other by their low bits.</summary>
internal sealed class Cast(Node node) : Operator
{
    private readonly ElementType _type = (ElementType)node.Attributes.Int32("to");

    public override void Run(OperatorContext context) => Run(context, _type);

    /// <summary>Converts input 0 into output 0.</summary>
    public static void Run(OperatorContext context, ElementType type)
    {
        Tensor x = context.Input(0);
        if (x.ElementType == type)
        {
            context.AliasOutput(0, x, x.Shape);
            return;
        }

        Tensor y = context.AllocateOutput(0, type, x.Shape);
        if (!ElementConversion.TryConvert(x, y))
        {
            throw context.Error($"conversion from {x.ElementType.Name()} to {type.Name()} is not supported.");
        }
    }
}
