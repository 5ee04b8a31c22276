using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Gives the tensor or the numbers among its attributes.</summary>
internal sealed class Constant(Node node) : Operator
{
    private readonly Tensor _value = ValueOf(node.Attributes);

    public override void Run(OperatorContext context) => context.AliasOutput(0, _value, _value.Shape);

    private static Tensor ValueOf(NodeAttributes attributes)
    {
        Tensor value = (attributes.Tensor("value") ?? attributes.Tensor("sparse_value"))
            ?? (attributes.Contains("value_int") ? Tensor.Create<long>([attributes.Int("value_int")], Shape.Scalar) : null)
            ?? (attributes.Contains("value_float") ? Tensor.Create<float>([attributes.Float("value_float", 0)], Shape.Scalar) : null)
            ?? (attributes.Ints("value_ints") is { } integers ? Tensor.Create<long>(integers) : null)
            ?? (attributes.Floats("value_floats") is { } floats ? Tensor.Create<float>(floats) : null)
            ?? throw new InvalidModelException("none of the attributes value, sparse_value, value_int, value_ints, value_float and value_floats is given.");
        value.MakeReadOnly();
        return value;
    }
}
