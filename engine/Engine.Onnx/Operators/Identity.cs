using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = x.</summary>
internal sealed class Identity : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        context.AliasOutput(0, x, x.Shape);
    }
}
