using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>A weight of a MatMulNBits node: rows of K fields in blocks, their scales and zero points, and perhaps a bias.</summary>
/// <param name="attributes">Those of the node: K, bits, block_size.</param>
/// <param name="rows">N.</param>
/// <param name="firstInput">Input that holds the fields; scales and zero points follow.</param>
/// <param name="biasInput">Input that holds the bias.</param>
internal sealed unsafe class NBitsWeight(NodeAttributes attributes, int rows, int firstInput, int biasInput) : IDisposable
{
    private readonly int _bits = attributes.Int32("bits", 4);
    private readonly int _blockSize = attributes.Int32("block_size", 32);

    /// <summary>N.</summary>
    public int Rows => rows;

    /// <summary>K.</summary>
    public int Columns { get; } = attributes.Int32("K");

    /// <summary>What was packed before the first run; null where an input is computed.</summary>
    public BlockQuantizedMatrix? Packed { get; private set; }

    /// <summary>Packs the weight if its inputs are constant.</summary>
    public void Prepack(PrepackContext context)
    {
        Tensor? fields = context.Constant(firstInput);
        Tensor? scales = context.Constant(firstInput + 1);
        Tensor? zeroPoints = context.Constant(firstInput + 2);
        if (fields is null || scales is null || (zeroPoints is null && context.HasInput(firstInput + 2)))
        {
            return;
        }

        try
        {
            Packed = QuantizedWeights.Pack(fields, scales, zeroPoints, rows, Columns, _bits, _blockSize, context.Workers, context.Weights);
        }
        catch (ArgumentException exception)
        {
            throw context.Error(exception.Message);
        }

        if (!Packed.IsInPlace)
        {
            context.Release(firstInput);
        }

        context.Release(firstInput + 1);
        context.Release(firstInput + 2);
    }

    /// <summary>Packs what the inputs hold in this run; the caller disposes of it.</summary>
    public BlockQuantizedMatrix PackNow(OperatorContext context)
    {
        try
        {
            return QuantizedWeights.Pack(
                context.Input(firstInput), context.Input(firstInput + 1), context.OptionalInput(firstInput + 2), rows, Columns, _bits, _blockSize, context.Workers);
        }
        catch (ArgumentException exception)
        {
            throw context.Error(exception.Message);
        }
    }

    /// <summary>The bias, N values, or null.</summary>
    public float* Bias(OperatorContext context)
    {
        Tensor? bias = context.OptionalInput(biasInput);
        if (bias is not null && bias.ElementCount != rows)
        {
            throw context.Error($"the bias is {bias}; it must have N = {rows} elements.");
        }

        return bias is null ? null : context.ReadFloats(bias);
    }

    public void Dispose() => Packed?.Dispose();
}
