using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Walks the elements of an index tensor and gives, for each, the place in the data that it names: its own coordinates with the index on one axis.</summary>
internal ref struct ElementPlaces(OperatorContext context, Shape data, Shape shape, int axis, ReadOnlySpan<long> indices)
{
    private readonly ReadOnlySpan<long> _indices = indices;
    private Coordinates _position;
    private int _next;

    public int Next()
    {
        long index = _indices[_next++];
        long size = data[axis];
        long chosen = index < 0 ? index + size : index;
        if (chosen < 0 || chosen >= size)
        {
            throw context.Error($"index {index} on an axis of size {size}.");
        }

        long place = 0;
        for (int i = 0; i < data.Rank; i++)
        {
            int coordinate = i == axis ? (int)chosen : _position[i];
            place = coordinate < data[i] ? (place * data[i]) + coordinate : throw context.Error($"indices of shape {shape} reach outside {data}.");
        }

        for (int i = shape.Rank - 1; i >= 0 && ++_position[i] == shape[i]; i--)
        {
            _position[i] = 0;
        }

        return (int)place;
    }

    [System.Runtime.CompilerServices.InlineArray(Shape.MaxRank)]
    private struct Coordinates
    {
        private int _first;
    }
}
