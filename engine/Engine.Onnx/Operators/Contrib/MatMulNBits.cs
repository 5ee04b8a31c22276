using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>
/// Y = A * dequantised(B)^T + bias, B being N rows of K weights in blocks with a scale, and perhaps a zero point, each. With accuracy level 4
/// A is rounded to 8 bits, a scale for each row and block; below, it stays float.
/// </summary>
internal sealed unsafe class MatMulNBits : Operator
{
    private readonly int _columns;
    private readonly int _rows;
    private readonly int _bits;
    private readonly int _blockSize;
    private readonly bool _int8Activations;
    private BlockQuantizedMatrix? _weights;

    public MatMulNBits(Node node)
    {
        _columns = node.Attributes.Int32("K");
        _rows = node.Attributes.Int32("N");
        _bits = node.Attributes.Int32("bits", 4);
        _blockSize = node.Attributes.Int32("block_size", 32);
        _int8Activations = node.Attributes.Int32("accuracy_level", 0) == 4;
        if (node.Attributes.Int32("weight_prepacked", 0) != 0)
        {
            throw new InvalidModelException("weight_prepacked: the weights are in a layout for one kind of GPU; export the model for the CPU.");
        }

        if (node.Input(4) is not null)
        {
            throw new InvalidModelException("g_idx (reordered groups) is not supported.");
        }
    }

    public override long WeightBytes => _weights?.ReadBytes ?? 0;

    public override void Prepack(PrepackContext context)
    {
        Tensor? fields = context.Constant(1);
        Tensor? scales = context.Constant(2);
        Tensor? zeroPoints = context.Constant(3);
        if (fields is null || scales is null || (zeroPoints is null && context.HasInput(3)))
        {
            return;
        }

        try
        {
            _weights = QuantizedWeights.Pack(fields, scales, zeroPoints, _rows, _columns, _bits, _blockSize, context.Workers, context.Weights);
        }
        catch (ArgumentException exception)
        {
            throw context.Error(exception.Message);
        }

        if (!_weights.IsInPlace)
        {
            context.Release(1);
        }

        context.Release(2);
        context.Release(3);
    }

    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        if (a.Shape.Rank == 0 || a.Shape[^1] != _columns)
        {
            throw context.Error($"input 0 is {a}; its innermost dimension must be K = {_columns}.");
        }

        Tensor? bias = context.OptionalInput(5);
        if (bias is not null && bias.ElementCount != _rows)
        {
            throw context.Error($"the bias is {bias}; it must have N = {_rows} elements.");
        }

        float* x = context.ReadFloats(a);
        float* biases = bias is null ? null : context.ReadFloats(bias);
        FloatOutput y = context.AllocateFloats(0, a.ElementType, a.Shape.With(a.Shape.Rank - 1, _rows));
        int rows = checked((int)a.Shape.CountBetween(0, a.Shape.Rank - 1));
        if (_weights is not null)
        {
            Multiply(context.Workers, _weights, x, rows, biases, y.Data);
        }
        else
        {
            using BlockQuantizedMatrix weights = PackNow(context);
            Multiply(context.Workers, weights, x, rows, biases, y.Data);
        }

        y.Complete();
    }

    public override void Dispose()
    {
        _weights?.Dispose();
        base.Dispose();
    }

    private void Multiply(WorkerPool workers, BlockQuantizedMatrix weights, float* x, int rows, float* bias, float* y)
    {
        if (_int8Activations)
        {
            QuantizedMatMul.RunInt8(workers, weights, x, rows, bias, y);
            return;
        }

        QuantizedMatMul.Run(workers, weights, x, rows, bias, y);
    }

    private BlockQuantizedMatrix PackNow(OperatorContext context)
    {
        try
        {
            return QuantizedWeights.Pack(context.Input(1), context.Input(2), context.OptionalInput(3), _rows, _columns, _bits, _blockSize, context.Workers);
        }
        catch (ArgumentException exception)
        {
            throw context.Error(exception.Message);
        }
    }
}
