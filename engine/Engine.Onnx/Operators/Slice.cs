using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Moves;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>A part of a tensor: for some axes from a start to before an end in steps, which may go backwards.</summary>
internal sealed class Slice(Node node) : Operator
{
    private readonly long[]? _starts = node.Attributes.Ints("starts");
    private readonly long[]? _ends = node.Attributes.Ints("ends");
    private readonly long[]? _axes = node.Attributes.Ints("axes");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int rank = x.Shape.Rank;
        ReadOnlySpan<long> starts = _starts ?? context.Integers(1);
        ReadOnlySpan<long> ends = _ends ?? context.Integers(2);
        ReadOnlySpan<long> axes = _axes ?? (context.OptionalInput(3) is null ? default : context.Integers(3));
        ReadOnlySpan<long> steps = context.OptionalInput(4) is null ? default : context.Integers(4);
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Span<long> strides = stackalloc long[Shape.MaxRank];
        for (int axis = 0; axis < rank; axis++)
        {
            sizes[axis] = x.Shape[axis];
            strides[axis] = x.Shape.CountBetween(axis + 1, rank);
        }

        if (ends.Length != starts.Length || (!axes.IsEmpty && axes.Length != starts.Length) || (!steps.IsEmpty && steps.Length != starts.Length))
        {
            throw context.Error("starts, ends, axes and steps differ in number.");
        }

        long first = 0;
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = context.NormalizeAxis(axes.IsEmpty ? i : axes[i], rank);
            long step = steps.IsEmpty ? 1 : steps[i];
            (long start, int count) = Range(x.Shape[axis], starts[i], ends[i], step != 0 ? step : throw context.Error("a step of 0."));
            first += start * strides[axis];
            sizes[axis] = count;
            strides[axis] *= step;
        }

        int elementSize = context.ElementSize(x);
        Tensor y = context.AllocateOutput(0, x.ElementType, new Shape(sizes[..rank]));
        StridedCopy.Run(x.AsReadOnlySpan<byte>(), y.AsSpan<byte>(), first, sizes[..rank], strides[..rank], elementSize);
    }

    /// <summary>Where a slice of an axis begins and how many elements it has; ends beyond the axis are cut to it.</summary>
    private static (long Start, int Count) Range(int size, long start, long end, long step)
    {
        start = start < 0 ? Math.Max(start, -size - 1L) + size : start;
        end = end < 0 ? Math.Max(end, -size - 1L) + size : end;
        long lowest = step > 0 ? 0 : -1;
        long highest = step > 0 ? size : size - 1;
        start = Math.Clamp(start, step > 0 ? 0 : Math.Min(0, highest), highest);
        end = Math.Clamp(end, lowest, size);
        long distance = step > 0 ? end - start : start - end;

        // Minus the smallest long is itself; a step as long as that takes the first element only.
        long stride = step == long.MinValue ? long.MaxValue : Math.Abs(step);
        return distance <= 0 ? (0, 0) : (start, (int)(((distance - 1) / stride) + 1));
    }
}
