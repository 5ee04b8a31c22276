using Engine.Onnx.Kernels.Gemm;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Operators;

/// <summary>Y = A B by NumPy's rules: vectors, matrices, and batches of them that broadcast. Computed in fp32, whatever the tensors are.</summary>
internal sealed unsafe class MatMul : Operator
{
    private DenseMatrix? _packed;
    private Shape _packedShape;

    public override long WeightBytes => _packed?.ByteCount ?? 0;

    public override void Prepack(PrepackContext context)
    {
        if (context.Constant(1) is { Shape.Rank: 2 } b && b.ElementCount > 0 && DenseElements.TryGet(b.ElementType, out DenseElement element))
        {
            _packed = DenseMatrix.Pack(b.Data, element, b.Shape[0], b.Shape[1], transposed: false, context.Workers);
            _packedShape = b.Shape;
            context.Release(1);
        }
    }

    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        Tensor? b = _packed is null ? context.Input(1) : null;
        Shape left = a.Shape;
        Shape right = b?.Shape ?? _packedShape;
        if (left.Rank == 0 || right.Rank == 0)
        {
            throw context.Error("a scalar cannot be an operand.");
        }

        // A vector is a matrix of one row on the left and of one column on the right; that dimension is then left out of the result.
        int rows = left.Rank == 1 ? 1 : left[^2];
        int depth = left[^1];
        int columns = right.Rank == 1 ? 1 : right[^1];
        if (depth != (right.Rank == 1 ? right[0] : right[^2]))
        {
            throw context.Error($"{left} times {right}: the inner dimensions differ.");
        }

        Shape leftBatch = left.Rank > 2 ? new Shape(left.Dimensions[..^2]) : Shape.Scalar;
        Shape rightBatch = right.Rank > 2 ? new Shape(right.Dimensions[..^2]) : Shape.Scalar;
        if (!Shape.TryBroadcast(leftBatch, rightBatch, out Shape batch))
        {
            throw context.Error($"{left} times {right}: the batches do not broadcast.");
        }

        float* x = context.ReadFloats(a);
        float* matrices = b is null ? null : context.ReadFloats(b);
        FloatOutput y = context.AllocateFloats(0, a.ElementType, ResultShape(batch, left.Rank > 1 ? rows : -1, right.Rank > 1 ? columns : -1));
        if (rightBatch.ElementCount == 1 && (right.Rank <= 2 || leftBatch == batch))
        {
            // One matrix for all: the batch is just more rows.
            DenseOperand operand = _packed is null ? DenseOperand.OfRows(matrices, depth, columns) : _packed.Operand;
            DenseMatMul.Run(context.Workers, x, checked((int)(batch.ElementCount * rows)), operand, y.Data);
        }
        else
        {
            BatchBody body = new() { Batch = batch, Left = leftBatch, Right = rightBatch, A = x, B = matrices, Y = y.Data, Rows = rows, Depth = depth, Columns = columns };
            context.Workers.Run(checked((int)batch.ElementCount), ref body);
        }

        y.Complete();
    }

    public override void Dispose()
    {
        _packed?.Dispose();
        base.Dispose();
    }

    private static Shape ResultShape(in Shape batch, int rows, int columns)
    {
        Span<int> dimensions = stackalloc int[Shape.MaxRank + 2];
        batch.Dimensions.CopyTo(dimensions);
        int rank = batch.Rank;
        if (rows >= 0)
        {
            dimensions[rank++] = rows;
        }

        if (columns >= 0)
        {
            dimensions[rank++] = columns;
        }

        return new Shape(dimensions[..rank]);
    }

    /// <summary>One product of a batch.</summary>
    private struct BatchBody : IParallelBody
    {
        public Shape Batch;
        public Shape Left;
        public Shape Right;
        public float* A;
        public float* B;
        public float* Y;
        public int Rows;
        public int Depth;
        public int Columns;

        public readonly void Run(int chunk, int worker)
        {
            float* a = A + Index(Left, chunk) * Rows * Depth;
            DenseOperand b = DenseOperand.OfRows(B + Index(Right, chunk) * Depth * Columns, Depth, Columns);
            DenseMatMul.RunAlone(a, Rows, b, Y + (long)chunk * Rows * Columns);
        }

        /// <summary>Which matrix of an operand serves an element of the batch: its own dimensions of 1 do not advance.</summary>
        private readonly long Index(in Shape own, int element)
        {
            long index = 0;
            long step = 1;
            for (int axis = 1; axis <= own.Rank; axis++)
            {
                int size = Batch[Batch.Rank - axis];
                int coordinate = element % size;
                element /= size;
                int ownSize = own[own.Rank - axis];
                index += (ownSize == 1 ? 0 : coordinate) * step;
                step *= ownSize;
            }

            return index;
        }
    }
}

/// <summary>Element types of tensors as matrices keep them.</summary>
internal static class DenseElements
{
    public static bool TryGet(ElementType type, out DenseElement element)
    {
        element = type switch
        {
            ElementType.Float16 => DenseElement.Half,
            ElementType.BFloat16 => DenseElement.BFloat16,
            _ => DenseElement.Single,
        };
        return FloatOperands.IsFloat(type);
    }
}
