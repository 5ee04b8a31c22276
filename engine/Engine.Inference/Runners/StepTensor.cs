using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners;

/// <summary>An input or output of a step: one tensor that takes the step's shape, and grows when a step is larger than any before.</summary>
internal sealed class StepTensor(ElementType type) : IDisposable
{
    /// <summary>Elements to begin with: block tables and lengths of a usual step need no second allocation.</summary>
    private const long FirstCapacity = 1024;

    private Tensor? _tensor;

    /// <summary>The tensor in a shape; what was in it is undefined.</summary>
    public Tensor Shaped(Shape shape)
    {
        long bytes = type.ByteCount(shape.ElementCount);
        if (_tensor is null || bytes > _tensor.ByteCapacity)
        {
            long capacity = _tensor is null ? 0 : _tensor.ByteCapacity * 8 / type.BitCount();
            _tensor?.Dispose();
            _tensor = Tensor.Allocate(type, new Shape(checked((int)Math.Max(shape.ElementCount, Math.Max(FirstCapacity, 2 * capacity)))));
        }

        _tensor.Reshape(shape);
        return _tensor;
    }

    /// <summary>Sets an element of a tensor of integers of 32 or 64 bits, or of booleans.</summary>
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
