using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners;

/// <summary>An input or output of a step: one tensor that takes the step's shape, and grows when a step is larger than any before.</summary>
internal sealed class StepTensor(ElementType type) : IDisposable
{
    private Tensor? _tensor;

    /// <summary>The tensor in a shape; what was in it is undefined.</summary>
    public Tensor Shaped(Shape shape)
    {
        long bytes = type.ByteCount(shape.ElementCount);
        if (_tensor is null || bytes > _tensor.ByteCapacity)
        {
            _tensor?.Dispose();
            _tensor = Tensor.Allocate(type, new Shape(checked((int)Math.Max(shape.ElementCount, 2 * (_tensor?.ElementCount ?? 0)))));
        }

        _tensor.Reshape(shape);
        return _tensor;
    }

    /// <summary>The tensor in a shape, filled with integers from a function of the index; 32 or 64 bits, or booleans.</summary>
    public static void Set(Tensor tensor, int index, int value)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Int64:
                tensor.AsSpan<long>()[index] = value;
                break;
            case ElementType.Int32:
                tensor.AsSpan<int>()[index] = value;
                break;
            default:
                tensor.AsSpan<byte>()[index] = (byte)value;
                break;
        }
    }

    public void Dispose() => _tensor?.Dispose();
}
