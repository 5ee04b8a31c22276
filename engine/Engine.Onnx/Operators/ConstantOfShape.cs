using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Moves;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>A tensor of a computed shape that holds one value everywhere.</summary>
internal sealed class ConstantOfShape(Node node) : Operator
{
    private readonly Tensor _value = node.Attributes.Tensor("value") ?? Tensor.Create<float>(0f);

    public override void Run(OperatorContext context)
    {
        Shape shape = context.ToShape(context.Integers(0));
        int size = context.ElementSize(_value);
        Tensor y = context.AllocateOutput(0, _value.ElementType, shape);
        Span<long> strides = stackalloc long[Shape.MaxRank];
        strides.Clear();
        StridedCopy.Run(_value.AsReadOnlySpan<byte>(), y.AsSpan<byte>(), 0, shape.Dimensions, strides[..shape.Rank], size);
    }
}
