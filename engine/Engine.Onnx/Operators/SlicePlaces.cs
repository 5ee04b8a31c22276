using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Slices of a tensor that tuples of its first coordinates name: the last dimension of an index tensor holds the tuples.</summary>
internal readonly struct SlicePlaces
{
    private readonly OperatorContext _context;
    private readonly Shape _data;
    private readonly int _batch;
    private readonly int _depth;

    /// <param name="context">The call.</param>
    /// <param name="data">Shape of the tensor.</param>
    /// <param name="indices">The tuples.</param>
    /// <param name="batch">Leading dimensions that both share, which no tuple names.</param>
    public SlicePlaces(OperatorContext context, in Shape data, Tensor indices, int batch = 0)
    {
        _context = context;
        _data = data;
        _batch = batch;
        _depth = indices.Shape.Rank == 0 ? 0 : indices.Shape[^1];
        if (_depth < 1 || batch + _depth > data.Rank || batch >= indices.Shape.Rank)
        {
            throw context.Error($"indices of shape {indices.Shape} into {data}.");
        }

        Count = indices.ElementCount / _depth;
        SliceLength = data.CountBetween(batch + _depth, data.Rank);
        PerBatch = indices.Shape.CountBetween(batch, indices.Shape.Rank - 1);
    }

    /// <summary>How many slices are named.</summary>
    public long Count { get; }

    /// <summary>Elements of a slice.</summary>
    public long SliceLength { get; }

    private long PerBatch { get; }

    /// <summary>The first element of a slice.</summary>
    /// <exception cref="InvalidModelException">Outside the tensor.</exception>
    public long Of(ReadOnlySpan<long> coordinates, int index)
    {
        long place = PerBatch == 0 ? 0 : index / PerBatch;
        for (int i = 0; i < _depth; i++)
        {
            long given = coordinates[(index * _depth) + i];
            int size = _data[_batch + i];
            long coordinate = given < 0 ? given + size : given;
            place = coordinate >= 0 && coordinate < size ? (place * size) + coordinate : throw _context.Error($"index {given} on an axis of size {size}.");
        }

        return place * SliceLength;
    }
}
