using System.Numerics.Tensors;
using Tensor = Engine.Onnx.Tensors.Tensor;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Quantization;

/// <summary>The product of 8-bit matrices, zero points taken off first, in exact 32-bit sums: the same on every processor.</summary>
internal sealed class MatMulInteger : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        if (a.Shape.Rank < 1 || b.Shape.Rank != 2 || a.Shape[^1] != b.Shape[0])
        {
            throw context.Error($"{a.Shape} times {b.Shape} is not supported.");
        }

        int depth = b.Shape[0];
        int columns = b.Shape[1];
        int rows = (int)a.Shape.CountBetween(0, a.Shape.Rank - 1);
        Tensor y = context.AllocateOutput(0, ElementType.Int32, a.Shape.With(a.Shape.Rank - 1, columns));
        Span<int> left = context.Scratch<int>(rows * depth);
        if (!QuantizedValues.TryRead(a, 0, left))
        {
            throw context.UnsupportedType(a.ElementType);
        }

        Subtract(left, ZeroPoints(context, 2, rows), depth);
        Span<int> zeros = context.Scratch<int>(columns);
        ReadOnlySpan<int> given = ZeroPoints(context, 3, columns);
        for (int i = 0; i < columns; i++)
        {
            zeros[i] = given[given.Length == 1 ? 0 : i];
        }

        Multiply(context, left, b, zeros, y.AsSpan<int>(), rows);
    }

    /// <summary>Row by row of the right matrix: it is read once, whatever the number of rows of the left.</summary>
    private static void Multiply(OperatorContext context, ReadOnlySpan<int> left, Tensor b, ReadOnlySpan<int> zeros, Span<int> y, int rows)
    {
        int depth = b.Shape[0];
        int columns = b.Shape[1];
        Span<int> right = context.Scratch<int>(columns);
        y.Clear();
        for (int k = 0; k < depth; k++)
        {
            if (!QuantizedValues.TryRead(b, (long)k * columns, right))
            {
                throw context.UnsupportedType(b.ElementType);
            }

            TensorPrimitives.Subtract(right, zeros, right);
            for (int row = 0; row < rows; row++)
            {
                Span<int> sums = y.Slice(row * columns, columns);
                TensorPrimitives.MultiplyAdd(right, left[(row * depth) + k], sums, sums);
            }
        }
    }

    private static ReadOnlySpan<int> ZeroPoints(OperatorContext context, int input, int count)
    {
        if (context.OptionalInput(input) is not { } zero)
        {
            Span<int> none = context.Scratch<int>(1);
            none[0] = 0;
            return none;
        }

        Span<int> values = context.Scratch<int>((int)zero.ElementCount);
        return QuantizedValues.TryRead(zero, 0, values) && (values.Length == 1 || values.Length == count) ? values
            : throw context.Error($"zero points of {zero}; one or {count} are needed.");
    }

    private static void Subtract(Span<int> rows, ReadOnlySpan<int> zeros, int depth)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] -= zeros[zeros.Length == 1 ? 0 : i / depth];
        }
    }
}
