using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Gemm;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Y = alpha A' B' + beta C, each of A and B transposed or not. Computed in fp32, whatever the tensors are.</summary>
internal sealed unsafe class Gemm(Node node) : Operator
{
    private readonly float _alpha = node.Attributes.Float("alpha", 1);
    private readonly float _beta = node.Attributes.Float("beta", 1);
    private readonly bool _transposeA = node.Attributes.Flag("transA");
    private readonly bool _transposeB = node.Attributes.Flag("transB");
    private DenseMatrix? _packed;

    public override long WeightBytes => _packed?.ByteCount ?? 0;

    public override void Prepack(PrepackContext context)
    {
        if (context.Constant(1) is { Shape.Rank: 2 } b && b.ElementCount > 0 && DenseElements.TryGet(b.ElementType, out DenseElement element))
        {
            _packed = DenseMatrix.Pack(b.Data, element, b.Shape[_transposeB ? 1 : 0], b.Shape[_transposeB ? 0 : 1], _transposeB, context.Workers);
            context.Release(1);
        }
    }

    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        if (a.Shape.Rank != 2)
        {
            throw context.Error($"input 0 is {a}; it must be a matrix.");
        }

        int rows = a.Shape[_transposeA ? 1 : 0];
        int depth = a.Shape[_transposeA ? 0 : 1];
        float* x = context.ReadFloats(a);
        x = _transposeA ? Transpose(context, x, depth, rows) : x;
        if (_packed is not null)
        {
            Multiply(context, a.ElementType, x, rows, depth, _packed.Operand);
            return;
        }

        Tensor b = context.Input(1);
        if (b.Shape.Rank != 2)
        {
            throw context.Error($"input 1 is {b}; it must be a matrix.");
        }

        float* matrix = context.ReadFloats(b);
        int columns = b.Shape[_transposeB ? 0 : 1];
        int height = b.Shape[_transposeB ? 1 : 0];
        matrix = _transposeB ? Transpose(context, matrix, columns, height) : matrix;
        Multiply(context, a.ElementType, x, rows, depth, DenseOperand.OfRows(matrix, height, columns));
    }

    public override void Dispose()
    {
        _packed?.Dispose();
        base.Dispose();
    }

    private void Multiply(OperatorContext context, ElementType type, float* x, int rows, int depth, in DenseOperand b)
    {
        if (b.Depth != depth)
        {
            throw context.Error($"the inner dimensions {depth} and {b.Depth} differ.");
        }

        Tensor? c = context.OptionalInput(2);
        Shape shape = new(rows, b.Columns);
        if (c is not null && (!Shape.TryBroadcast(c.Shape, shape, out Shape result) || result != shape))
        {
            throw context.Error($"input 2 is {c}; it does not broadcast to {shape}.");
        }

        FloatOutput y = context.AllocateFloats(0, type, shape);
        DenseMatMul.Run(context.Workers, x, rows, b, y.Data);
        float* bias = c is null ? null : context.ReadFloats(c);
        int columnStep = c is null || c.Shape.Rank == 0 || c.Shape[^1] == 1 ? 0 : 1;
        int rowStep = c is null || c.Shape.Rank < 2 || c.Shape[0] == 1 ? 0 : c.Shape[1];
        for (int row = 0; row < rows; row++)
        {
            float* target = y.Data + (long)row * b.Columns;
            for (int column = 0; column < b.Columns; column++)
            {
                float value = _alpha * target[column];
                target[column] = bias is null ? value : value + _beta * bias[(long)row * rowStep + column * columnStep];
            }
        }

        y.Complete();
    }

    private static float* Transpose(OperatorContext context, float* source, int rows, int columns)
    {
        float* target = context.ScratchPointer<float>((long)rows * columns);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                target[(long)column * rows + row] = source[(long)row * columns + column];
            }
        }

        return target;
    }
}
