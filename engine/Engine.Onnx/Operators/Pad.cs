using System.Runtime.InteropServices;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Adds elements around a tensor, or takes some away where the count is negative: one value, the edge again, its mirror image, or the other side.</summary>
internal sealed class Pad(Node node) : Operator
{
    private readonly string _mode = node.Attributes.String("mode", "constant");
    private readonly long[]? _pads = node.Attributes.Ints("pads");
    private readonly float _value = node.Attributes.Float("value", 0);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int rank = x.Shape.Rank;
        ReadOnlySpan<long> given = _pads ?? context.Integers(1);
        ReadOnlySpan<long> axes = context.OptionalInput(3) is null ? default : context.Integers(3);
        int count = axes.IsEmpty ? rank : axes.Length;
        if (given.Length != 2 * count)
        {
            throw context.Error($"{given.Length} pads for {count} axes.");
        }

        Span<long> before = stackalloc long[Shape.MaxRank];
        Span<long> sizes = stackalloc long[Shape.MaxRank];
        before.Clear();
        for (int axis = 0; axis < rank; axis++)
        {
            sizes[axis] = x.Shape[axis];
        }

        for (int i = 0; i < count; i++)
        {
            int axis = axes.IsEmpty ? i : context.NormalizeAxis(axes[i], rank);
            before[axis] = given[i];
            sizes[axis] = Math.Max(0, sizes[axis] + given[i] + given[count + i]);
        }

        int elementSize = context.ElementSize(x);
        Tensor y = context.AllocateOutput(0, x.ElementType, context.ToShape(sizes[..rank]));
        Tensor fill = Fill(context, x.ElementType);
        switch (elementSize)
        {
            case 1: Run<byte>(context, x, y, fill, before); break;
            case 2: Run<ushort>(context, x, y, fill, before); break;
            case 4: Run<uint>(context, x, y, fill, before); break;
            default: Run<ulong>(context, x, y, fill, before); break;
        }
    }

    private Tensor Fill(OperatorContext context, ElementType type)
    {
        if (context.OptionalInput(2) is { ElementCount: 1 } given && given.ElementType == type)
        {
            return given;
        }

        Tensor fill = Tensor.Allocate(type, Shape.Scalar);
        ElementConversion.TryConvert(Tensor.Create<float>([_value], Shape.Scalar), fill);
        return fill;
    }

    private void Run<T>(OperatorContext context, Tensor x, Tensor y, Tensor fill, ReadOnlySpan<long> before)
        where T : unmanaged
    {
        ReadOnlySpan<T> source = MemoryMarshal.Cast<byte, T>(x.AsReadOnlySpan<byte>());
        Span<T> target = MemoryMarshal.Cast<byte, T>(y.AsSpan<byte>());
        T value = MemoryMarshal.Cast<byte, T>(fill.AsReadOnlySpan<byte>())[0];
        Span<int> position = stackalloc int[Shape.MaxRank];
        position.Clear();
        for (int i = 0; i < target.Length; i++)
        {
            long place = 0;
            for (int axis = 0; axis < x.Shape.Rank && place >= 0; axis++)
            {
                long coordinate = Source(context, position[axis] - before[axis], x.Shape[axis]);
                place = coordinate < 0 ? -1 : (place * x.Shape[axis]) + coordinate;
            }

            target[i] = place < 0 ? value : source[(int)place];
            for (int axis = y.Shape.Rank - 1; axis >= 0 && ++position[axis] == y.Shape[axis]; axis--)
            {
                position[axis] = 0;
            }
        }
    }

    /// <summary>The coordinate that an element copies; -1 for the constant.</summary>
    private long Source(OperatorContext context, long coordinate, int size)
    {
        if (coordinate >= 0 && coordinate < size)
        {
            return coordinate;
        }

        switch (_mode)
        {
            case "constant":
                return -1;
            case "edge" when size > 0:
                return Math.Clamp(coordinate, 0, size - 1);
            case "reflect" when size > 0:
                long period = Math.Max(1, 2L * (size - 1));
                long folded = ((coordinate % period) + period) % period;
                return folded < size ? folded : period - folded;
            case "wrap" when size > 0:
                return ((coordinate % size) + size) % size;
            default:
                throw context.Error($"mode '{_mode}' on an axis of size {size}.");
        }
    }
}
