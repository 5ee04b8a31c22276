using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>IsNaN and IsInf: whether elements are no number, or infinite with one of the signs that count.</summary>
internal sealed class FloatTest(Node node) : Operator
{
    private readonly bool _isNaN = node.OperatorType == "IsNaN";
    private readonly bool _negative = node.Attributes.Flag("detect_negative", true);
    private readonly bool _positive = node.Attributes.Flag("detect_positive", true);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.AllocateOutput(0, ElementType.Bool, x.Shape);
        Span<double> wide = context.Scratch<double>((int)x.ElementCount);
        if (!x.ElementType.IsFloatingPoint() || !TensorValues.TryRead(x, wide))
        {
            throw context.UnsupportedType(x.ElementType);
        }

        Span<bool> target = y.AsSpan<bool>();
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = _isNaN ? double.IsNaN(wide[i]) : (_negative && double.IsNegativeInfinity(wide[i])) || (_positive && double.IsPositiveInfinity(wide[i]));
        }
    }
}
