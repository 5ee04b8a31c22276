using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Optimization.Fusions;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>Several <see cref="MatMulNBits"/> of the same activations, a result each; what <see cref="SharedActivations"/> makes of them. Weights are constant.</summary>
internal sealed unsafe class SharedMatMulNBits : Operator
{
    private readonly NBitsWeight[] _weights;
    private readonly bool _int8Activations;

    // Of the call in progress; here, so that a call allocates nothing.
    private readonly QuantizedProduct[] _products;
    private readonly Tensor[] _results;

    public SharedMatMulNBits(Node node)
    {
        long[] rows = node.Attributes.Ints(SharedActivations.Rows)!;
        _weights = [.. rows.Select((count, i) => NewWeight(node, (int)count, 1 + (i * SharedActivations.InputsPerProduct)))];
        _int8Activations = node.Attributes.Int32("accuracy_level", 0) == 4;
        _products = new QuantizedProduct[rows.Length];
        _results = new Tensor[rows.Length];
    }

    public override long WeightBytes => _weights.Sum(weight => weight.Packed!.ReadBytes);

    public override void Prepack(PrepackContext context)
    {
        foreach (NBitsWeight weight in _weights)
        {
            weight.Prepack(context);
        }
    }

    public override void Run(OperatorContext context)
    {
        Tensor a = context.Input(0);
        if (a.Shape.Rank == 0 || a.Shape[^1] != _weights[0].Columns)
        {
            throw context.Error($"input 0 is {a}; its innermost dimension must be K = {_weights[0].Columns}.");
        }

        float* x = context.ReadFloats(a);
        int rows = checked((int)a.Shape.CountBetween(0, a.Shape.Rank - 1));
        for (int i = 0; i < _weights.Length; i++)
        {
            FloatOutput y = context.AllocateFloats(i, a.ElementType, a.Shape.With(a.Shape.Rank - 1, _weights[i].Rows));
            _results[i] = y.Tensor;
            _products[i] = new QuantizedProduct(_weights[i].Packed!, _weights[i].Bias(context), y.Data);
        }

        if (_int8Activations)
        {
            QuantizedMatMul.RunInt8(context.Workers, _products, x, rows);
        }
        else
        {
            QuantizedMatMul.Run(context.Workers, _products, x, rows);
        }

        for (int i = 0; i < _results.Length; i++)
        {
            new FloatOutput(_results[i], _products[i].Result).Complete();
        }
    }

    public override void Dispose()
    {
        foreach (NBitsWeight weight in _weights)
        {
            weight.Dispose();
        }

        base.Dispose();
    }

    private static NBitsWeight NewWeight(Node node, int rows, int firstInput) => new(node.Attributes, rows, firstInput, firstInput + 3);
}
