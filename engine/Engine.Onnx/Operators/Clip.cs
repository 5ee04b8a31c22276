using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = x held between a lowest and a highest value, each optional; where they cross, the highest.</summary>
internal sealed class Clip(Node node) : Operator
{
    // Attributes before version 11, inputs since.
    private readonly Tensor? _lowest = node.Attributes.Contains("min") ? Tensor.Create<float>([node.Attributes.Float("min", 0)], Shape.Scalar) : null;
    private readonly Tensor? _highest = node.Attributes.Contains("max") ? Tensor.Create<float>([node.Attributes.Float("max", 0)], Shape.Scalar) : null;

    public override uint OverwritableInputs => FirstInput;

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.AllocateOutput(0, x.ElementType, x.Shape);
        Tensor current = x;
        bool isComputed = true;
        if ((_lowest ?? context.OptionalInput(1)) is { } lowest)
        {
            isComputed &= BinaryElementwise<MaxOperation>.TryRun(current, Bound(context, lowest, x.ElementType), y);
            current = y;
        }

        if ((_highest ?? context.OptionalInput(2)) is { } highest)
        {
            isComputed &= BinaryElementwise<MinOperation>.TryRun(current, Bound(context, highest, x.ElementType), y);
            current = y;
        }

        if (current == x)
        {
            x.AsReadOnlySpan<byte>().CopyTo(y.AsSpan<byte>());
        }

        if (!isComputed)
        {
            throw context.UnsupportedType(x.ElementType);
        }
    }

    private static Tensor Bound(OperatorContext context, Tensor bound, ElementType type)
    {
        if (bound.ElementCount != 1)
        {
            throw context.Error($"a bound of shape {bound.Shape}; it must be one value.");
        }

        if (bound.ElementType == type)
        {
            return bound;
        }

        Tensor converted = Tensor.Allocate(type, Shape.Scalar);
        ElementConversion.TryConvert(bound, converted);
        return converted;
    }
}
