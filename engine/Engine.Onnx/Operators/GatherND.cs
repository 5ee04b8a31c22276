using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Picks slices, each named by coordinates; leading dimensions may be shared between data and indices.</summary>
internal sealed class GatherND(Node node) : Operator
{
    private readonly int _batch = node.Attributes.Int32("batch_dims", 0);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor indices = context.Input(1);
        if (_batch < 0 || _batch >= Math.Min(x.Shape.Rank, indices.Shape.Rank))
        {
            throw context.Error($"batch_dims of {_batch} for {x.Shape} and indices of {indices.Shape}.");
        }

        SlicePlaces places = new(context, x.Shape, indices, _batch);
        int depth = indices.Shape[^1];
        Span<long> sizes = stackalloc long[2 * Shape.MaxRank];
        int rank = 0;
        foreach (int size in indices.Shape.Dimensions[..^1])
        {
            sizes[rank++] = size;
        }

        foreach (int size in x.Shape.Dimensions[(_batch + depth)..])
        {
            sizes[rank++] = size;
        }

        int elementSize = context.ElementSize(x);
        ReadOnlySpan<long> coordinates = context.Integers(1);
        Tensor y = context.AllocateOutput(0, x.ElementType, context.ToShape(sizes[..rank]));
        int bytes = checked((int)(places.SliceLength * elementSize));
        for (int i = 0; i < places.Count; i++)
        {
            x.Slice<byte>(places.Of(coordinates, i) * elementSize, bytes).CopyTo(y.WritableSlice<byte>((long)i * bytes, bytes));
        }
    }
}
