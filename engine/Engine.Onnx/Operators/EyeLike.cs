using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Ones on a diagonal of a matrix, zeros elsewhere.</summary>
internal sealed class EyeLike(Node node) : Operator
{
    private readonly ElementType _type = (ElementType)node.Attributes.Int32("dtype", 0);
    private readonly long _diagonal = node.Attributes.Int("k", 0);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        if (x.Shape.Rank != 2)
        {
            throw context.Error($"a tensor of shape {x.Shape}; a matrix is needed.");
        }

        ElementType type = _type == ElementType.Undefined ? x.ElementType : _type;
        Tensor y = context.AllocateOutput(0, type, x.Shape);
        using Tensor ones = Tensor.Allocate(ElementType.Float32, x.Shape);
        Span<float> values = ones.AsSpan<float>();
        for (long row = 0; row < x.Shape[0]; row++)
        {
            long column = row + _diagonal;
            if (column >= 0 && column < x.Shape[1])
            {
                values[(int)((row * x.Shape[1]) + column)] = 1;
            }
        }

        if (!ElementConversion.TryConvert(ones, y))
        {
            throw context.UnsupportedType(type);
        }
    }
}
