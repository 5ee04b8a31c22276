using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = whether x does not hold.</summary>
internal sealed class Not : Operator
{
    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0, ElementType.Bool);
        ReadOnlySpan<bool> source = x.AsReadOnlySpan<bool>();
        Span<bool> target = context.AllocateOutput(0, ElementType.Bool, x.Shape).AsSpan<bool>();
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = !source[i];
        }
    }
}
