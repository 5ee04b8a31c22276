using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>How many elements a tensor has.</summary>
internal sealed class Size : Operator
{
    public override void Run(OperatorContext context) =>
        context.AllocateOutput(0, ElementType.Int64, Shape.Scalar).AsSpan<long>()[0] = context.Input(0).ElementCount;
}
