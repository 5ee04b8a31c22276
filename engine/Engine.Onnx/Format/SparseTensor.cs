using Engine.Onnx.Tensors;

namespace Engine.Onnx.Format;

/// <summary>Turns a tensor that lists its non-zero elements into a dense one.</summary>
internal static class SparseTensor
{
    /// <param name="values">The non-zero elements.</param>
    /// <param name="indices">Their places: [count] counted over the whole tensor, or [count, rank].</param>
    /// <param name="shape">The dense shape.</param>
    /// <returns>Null when the indices do not fit the values or the shape.</returns>
    public static Tensor? ToDense(Tensor values, Tensor indices, in Shape shape)
    {
        long count = values.ElementCount;
        bool isLinear = indices.Shape.Rank == 1;
        if (indices.ElementCount != (isLinear ? count : count * shape.Rank))
        {
            return null;
        }

        Tensor dense = Tensor.Allocate(values.ElementType, shape);
        int size = values.ElementType.BitCount() / 8;
        ReadOnlySpan<long> places = indices.AsReadOnlySpan<long>();
        ReadOnlySpan<byte> source = values.AsReadOnlySpan<byte>();
        Span<byte> target = dense.AsSpan<byte>();
        for (int i = 0; i < count; i++)
        {
            long place = isLinear ? places[i] : Linear(places.Slice(i * shape.Rank, shape.Rank), shape);
            if (place < 0 || place >= shape.ElementCount)
            {
                return null;
            }

            source.Slice(i * size, size).CopyTo(target[(int)(place * size)..]);
        }

        dense.MakeReadOnly();
        return dense;
    }

    private static long Linear(ReadOnlySpan<long> coordinates, in Shape shape)
    {
        long place = 0;
        for (int axis = 0; axis < coordinates.Length; axis++)
        {
            if (coordinates[axis] < 0 || coordinates[axis] >= shape[axis])
            {
                return -1;
            }

            place = (place * shape[axis]) + coordinates[axis];
        }

        return place;
    }
}
