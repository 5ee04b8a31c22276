using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Quantization;

/// <summary>y = x / scale, rounded to the nearest, ties to even, plus the zero point, held to the type's range.</summary>
internal sealed class QuantizeLinear(Node node) : Operator
{
    private const int Block = 4096;
    private readonly (long Axis, int Block) _layout = QuantizationScales.Read(node);
    private readonly ElementType _type = (ElementType)node.Attributes.Int32("output_dtype", 0);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor scale = context.Input(1);
        Tensor? zero = context.OptionalInput(2);
        ElementType type = zero?.ElementType ?? (_type == ElementType.Undefined ? ElementType.UInt8 : _type);
        if (type is not (ElementType.UInt8 or ElementType.Int8 or ElementType.UInt16 or ElementType.Int16))
        {
            throw context.UnsupportedType(type);
        }

        Tensor y = context.AllocateOutput(0, type, x.Shape);
        QuantizationScales layout = new(context, x.Shape, scale, _layout.Axis, _layout.Block);
        Span<double> scales = context.Scratch<double>((int)scale.ElementCount);
        Span<int> zeros = context.Scratch<int>(scales.Length);
        zeros.Clear();
        Span<double> values = context.Scratch<double>((int)x.ElementCount);
        if (!TensorValues.TryRead(scale, scales) || !TensorValues.TryRead(x, values) || (zero is not null && (zero.ElementCount != zeros.Length || !QuantizedValues.TryRead(zero, 0, zeros))))
        {
            throw context.Error("values, scales or zero points are of a type or number that is not supported.");
        }

        Span<int> integers = context.Scratch<int>(Block);
        for (int start = 0; start < values.Length;)
        {
            int count = layout.RunAt(start, Math.Min(Block, values.Length - start));
            for (int i = 0; i < count; i++)
            {
                int index = layout.IndexAt(layout.ScalesAdvance ? start + i : start);

                // As a single, like everybody: the quotient in double precision would round elsewhere.
                integers[i] = int.CreateSaturating(MathF.Round((float)values[start + i] / (float)scales[index], MidpointRounding.ToEven) + zeros[index]);
            }

            QuantizedValues.TryWrite(y, start, integers[..count]);
            start += count;
        }
    }
}
