using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Distances between neighbouring elements of dense tensors.</summary>
internal static class Strides
{
    /// <summary>The distances along each axis.</summary>
    public static void Dense(in Shape shape, Span<long> strides)
    {
        long step = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= shape[axis];
        }
    }

    /// <summary>The distances in a tensor that is read as one of another shape, to which its own broadcasts: 0 where it repeats.</summary>
    public static void Broadcast(in Shape shape, in Shape target, Span<long> strides)
    {
        int added = target.Rank - shape.Rank;
        strides[..added].Clear();
        Dense(shape, strides[added..]);
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            strides[added + axis] = shape[axis] == 1 ? 0 : strides[added + axis];
        }
    }
}
