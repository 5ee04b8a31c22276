using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = a ∘ b for two tensors of one type, broadcast. Halves and bfloat16 are computed as singles and rounded once.</summary>
internal abstract class BinaryOperator<TOperation> : Operator
    where TOperation : struct, IBinaryOperation
{
    public override uint OverwritableInputs => FirstTwoInputs;

    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1, a.ElementType);
        Tensor y = context.AllocateOutput(0, a.ElementType, context.Broadcast(a, b));
        if (!BinaryElementwise<TOperation>.TryRun(a, b, y))
        {
            throw context.UnsupportedType(a.ElementType);
        }
    }
}
