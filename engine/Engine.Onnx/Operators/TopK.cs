using System.Numerics;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>The k largest or smallest elements along an axis, best first, with their places; of equals the one before.</summary>
internal sealed class TopK(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", -1);
    private readonly bool _largest = node.Attributes.Flag("largest", true);
    private readonly long _count = node.Attributes.Int("k", -1);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        int axis = context.NormalizeAxis(_axis, x.Shape.Rank);
        long count = _count >= 0 ? _count : context.Integer(1);
        if (count < 0 || count > x.Shape[axis])
        {
            throw context.Error($"{count} of {x.Shape[axis]} elements, axis {axis} of {x.Shape}.");
        }

        Shape shape = x.Shape.With(axis, (int)count);
        Tensor values = context.AllocateOutput(0, x.ElementType, shape);
        Span<long> places = context.HasOutput(1) ? context.AllocateOutput(1, ElementType.Int64, shape).AsSpan<long>() : context.Scratch<long>((int)shape.ElementCount);
        int inner = (int)x.Shape.CountBetween(axis + 1, x.Shape.Rank);
        int length = x.Shape[axis];
        Span<int> order = context.Scratch<int>(length);
        switch (x.ElementType)
        {
            case ElementType.Float32: Run(x.AsReadOnlySpan<float>(), values.AsSpan<float>(), places, order, inner); break;
            case ElementType.Float16: Run(x.AsReadOnlySpan<Half>(), values.AsSpan<Half>(), places, order, inner); break;
            case ElementType.Float64: Run(x.AsReadOnlySpan<double>(), values.AsSpan<double>(), places, order, inner); break;
            case ElementType.Int64: Run(x.AsReadOnlySpan<long>(), values.AsSpan<long>(), places, order, inner); break;
            case ElementType.Int32: Run(x.AsReadOnlySpan<int>(), values.AsSpan<int>(), places, order, inner); break;
            case ElementType.UInt64: Run(x.AsReadOnlySpan<ulong>(), values.AsSpan<ulong>(), places, order, inner); break;
            default: throw context.UnsupportedType(x.ElementType);
        }
    }

    private void Run<T>(ReadOnlySpan<T> x, Span<T> values, Span<long> places, Span<int> order, int inner)
        where T : unmanaged, INumber<T>
    {
        int count = order.Length == 0 || x.IsEmpty ? 0 : values.Length / (x.Length / order.Length);
        Span<T> column = order.Length <= 256 ? stackalloc T[order.Length] : new T[order.Length];
        for (int row = 0; count > 0 && row < x.Length / order.Length; row++)
        {
            int start = (row / inner * order.Length * inner) + (row % inner);
            for (int i = 0; i < order.Length; i++)
            {
                column[i] = x[start + (i * inner)];
                order[i] = i;
            }

            // The sort leaves equals in any order; the second step makes it certain.
            column.Sort(order, new Ranking<T>(_largest));
            SortEquals(column, order);
            int target = (row / inner * count * inner) + (row % inner);
            for (int i = 0; i < count; i++)
            {
                values[target + (i * inner)] = column[i];
                places[target + (i * inner)] = order[i];
            }
        }
    }

    private static void SortEquals<T>(Span<T> column, Span<int> order)
        where T : INumber<T>
    {
        for (int start = 0, end; start < column.Length; start = end)
        {
            for (end = start + 1; end < column.Length && column[end] == column[start]; end++)
            {
            }

            order[start..end].Sort();
        }
    }

    private readonly struct Ranking<T>(bool largest) : IComparer<T>
        where T : INumber<T>
    {
        public int Compare(T? x, T? y) => largest ? Comparer<T>.Default.Compare(y, x) : Comparer<T>.Default.Compare(x, y);
    }
}
