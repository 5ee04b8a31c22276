using System.Numerics;
using System.Runtime.InteropServices;
using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Conversion;
using Engine.Onnx.Kernels.Moves;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>
/// Reduces some axes, or all, to one element. Elements of one result come together in 16 lanes that are then joined in a fixed tree, whatever the number of results:
/// a row's result does not depend on other rows. Halves and bfloat16 are reduced as singles and rounded once.
/// </summary>
internal sealed class Reduce<TReduction>(Node node) : Operator
    where TReduction : struct, IReduction
{
    private const int Lanes = 16;
    private readonly long[]? _axes = node.Attributes.Ints("axes");
    private readonly bool _keepDimensions = node.Attributes.Flag("keepdims", true);
    private readonly bool _noAxesMeansNone = node.Attributes.Flag("noop_with_empty_axes");

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int mask = Axes.Read(context, _axes, 1, x.Shape.Rank) ?? 0;
        if (mask == 0 && !_noAxesMeansNone)
        {
            mask = (1 << x.Shape.Rank) - 1;
        }

        Shape shape = _keepDimensions ? Axes.Collapse(x.Shape, mask) : Axes.Without(x.Shape, mask);
        Tensor y = context.AllocateOutput(0, x.ElementType, shape);
        switch (x.ElementType)
        {
            case ElementType.Float32: Run<float>(ReducedLast<float>(context, x, mask), y.AsSpan<float>()); break;
            case ElementType.Float64: Run<double>(ReducedLast<double>(context, x, mask), y.AsSpan<double>()); break;
            case ElementType.Int64: Run<long>(ReducedLast<long>(context, x, mask), y.AsSpan<long>()); break;
            case ElementType.Int32: Run<int>(ReducedLast<int>(context, x, mask), y.AsSpan<int>()); break;
            case ElementType.UInt64: Run<ulong>(ReducedLast<ulong>(context, x, mask), y.AsSpan<ulong>()); break;
            case ElementType.UInt32: Run<uint>(ReducedLast<uint>(context, x, mask), y.AsSpan<uint>()); break;
            case ElementType.Int8: Run<sbyte>(ReducedLast<sbyte>(context, x, mask), y.AsSpan<sbyte>()); break;
            case ElementType.UInt8: Run<byte>(ReducedLast<byte>(context, x, mask), y.AsSpan<byte>()); break;
            case ElementType.Bool: Run<byte>(MemoryMarshal.AsBytes(ReducedLast<bool>(context, x, mask)), MemoryMarshal.AsBytes(y.AsSpan<bool>())); break;
            case ElementType.Float16: RunAsSingle<Half>(context, x, y, mask); break;
            case ElementType.BFloat16: RunAsSingle<BFloat16>(context, x, y, mask); break;
            default: throw context.UnsupportedType(x.ElementType);
        }
    }

    private static void RunAsSingle<T>(OperatorContext context, Tensor x, Tensor y, int mask)
        where T : unmanaged
    {
        ReadOnlySpan<T> source = ReducedLast<T>(context, x, mask);
        Span<float> wide = context.Scratch<float>(source.Length);
        Span<float> results = context.Scratch<float>((int)y.ElementCount);
        SingleConversion.ToSingle(source, wide);
        Run<float>(wide, results);
        SingleConversion.FromSingle<T>(results, y.AsSpan<T>());
    }

    /// <summary>The elements with the reduced axes innermost: as they are where they already lie so.</summary>
    private static ReadOnlySpan<T> ReducedLast<T>(OperatorContext context, Tensor x, int mask)
        where T : unmanaged
    {
        int rank = x.Shape.Rank;
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Span<long> strides = stackalloc long[Shape.MaxRank];
        int next = 0;
        bool isInOrder = true;
        int last = -1;
        for (int pass = 0; pass < 2; pass++)
        {
            for (int axis = 0; axis < rank; axis++)
            {
                if (Axes.Has(mask, axis) != (pass == 1))
                {
                    continue;
                }

                isInOrder &= axis > last || x.Shape[axis] == 1;
                last = axis;
                sizes[next] = x.Shape[axis];
                strides[next++] = x.Shape.CountBetween(axis + 1, rank);
            }
        }

        if (isInOrder)
        {
            return x.AsReadOnlySpan<T>();
        }

        Span<T> ordered = context.Scratch<T>((int)x.ElementCount);
        StridedCopy.Run(x.AsReadOnlySpan<byte>(), MemoryMarshal.AsBytes(ordered), 0, sizes[..rank], strides[..rank], context.ElementSize(x));
        return ordered;
    }

    private static void Run<T>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        int count = y.Length == 0 ? 0 : x.Length / y.Length;
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = TReduction.Finish(Row(x.Slice(i * count, count)), count);
        }
    }

    private static T Row<T>(ReadOnlySpan<T> row)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Span<T> lanes = stackalloc T[Lanes];
        lanes.Fill(TReduction.Empty<T>());
        for (int i = 0; i < row.Length; i++)
        {
            ref T lane = ref lanes[i % Lanes];
            lane = TReduction.Combine(lane, TReduction.Map(row[i]));
        }

        for (int half = Lanes / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                lanes[i] = TReduction.Combine(lanes[i], lanes[i + half]);
            }
        }

        return lanes[0];
    }
}
