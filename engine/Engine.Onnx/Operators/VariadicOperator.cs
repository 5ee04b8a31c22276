using Engine.Onnx.Kernels.Moves;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Any number of tensors of one type, broadcast, brought together one after another; for a mean, then divided by their number.</summary>
internal sealed class VariadicOperator<TOperation>(bool isMean = false) : Operator
    where TOperation : struct, IBinaryOperation
{
    private Tensor? _count;

    public override void Run(OperatorContext context)
    {
        Tensor first = context.Input(0);
        Shape shape = first.Shape;
        for (int i = 1; i < context.InputCount; i++)
        {
            Tensor next = context.Input(i, first.ElementType);
            shape = Shape.TryBroadcast(shape, next.Shape, out Shape both) ? both : throw context.Error($"shapes {shape} and {next.Shape} do not broadcast to one.");
        }

        int elementSize = context.ElementSize(first);
        Tensor y = context.AllocateOutput(0, first.ElementType, shape);
        Span<long> strides = stackalloc long[Shape.MaxRank];
        Strides.Broadcast(first.Shape, shape, strides);
        StridedCopy.Run(first.AsReadOnlySpan<byte>(), y.AsSpan<byte>(), 0, shape.Dimensions, strides[..shape.Rank], elementSize);
        bool isComputed = true;
        for (int i = 1; i < context.InputCount; i++)
        {
            isComputed &= BinaryElementwise<TOperation>.TryRun(y, context.Input(i), y);
        }

        if (isMean)
        {
            isComputed &= BinaryElementwise<Div.Operation>.TryRun(y, Count(context.InputCount, first.ElementType), y);
        }

        if (!isComputed)
        {
            throw context.UnsupportedType(first.ElementType);
        }
    }

    private Tensor Count(int count, ElementType type)
    {
        if (_count is null)
        {
            _count = Tensor.Allocate(type, Shape.Scalar);
            ElementConversion.TryConvert(Tensor.Create<float>([count], Shape.Scalar), _count);
        }

        return _count;
    }
}
