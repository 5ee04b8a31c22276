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
    private readonly NBitsWeight _weight;
    private readonly bool _int8Activations;

    public MatMulNBits(Node node)
    {
        _weight = new NBitsWeight(node.Attributes, node.Attributes.Int32("N"), firstInput: 1, biasInput: 5);
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

    public override long WeightBytes => _weight.Packed?.ReadBytes ?? 0;

    public override void Prepack(PrepackContext context) => _weight.Prepack(context);

    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        if (a.Shape.Rank == 0 || a.Shape[^1] != _weight.Columns)
        {
            throw context.Error($"input 0 is {a}; its innermost dimension must be K = {_weight.Columns}.");
        }

        float* x = context.ReadFloats(a);
        float* bias = _weight.Bias(context);
        FloatOutput y = context.AllocateFloats(0, a.ElementType, a.Shape.With(a.Shape.Rank - 1, _weight.Rows));
        int rows = checked((int)a.Shape.CountBetween(0, a.Shape.Rank - 1));
        if (_weight.Packed is { } packed)
        {
            Multiply(context.Workers, packed, x, rows, bias, y.Data);
        }
        else
        {
            using BlockQuantizedMatrix weights = _weight.PackNow(context);
            Multiply(context.Workers, weights, x, rows, bias, y.Data);
        }

        y.Complete();
    }

    public override void Dispose()
    {
        _weight.Dispose();
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
}
