using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Quantization;

/// <summary>y = (x - zero point) · scale.</summary>
internal sealed class DequantizeLinear(Node node) : Operator
{
    private const int Block = 4096;
    private readonly (long Axis, int Block) _layout = QuantizationScales.Read(node);

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor scale = context.Input(1);
        Tensor y = context.AllocateOutput(0, scale.ElementType, x.Shape);
        QuantizationScales layout = new(context, x.Shape, scale, _layout.Axis, _layout.Block);
        Span<double> scales = context.Scratch<double>((int)scale.ElementCount);
        Span<int> zeros = context.Scratch<int>(scales.Length);
        zeros.Clear();
        bool isReadable = TensorValues.TryRead(scale, scales) && (context.OptionalInput(2) is not { } zero || (zero.ElementCount == zeros.Length && QuantizedValues.TryRead(zero, 0, zeros)));
        if (!isReadable)
        {
            throw context.Error("scales or zero points are of a type or number that is not supported.");
        }

        Span<int> integers = context.Scratch<int>(Block);
        using Tensor wide = y.ElementType == ElementType.Float32 ? y.Share() : Tensor.Allocate(ElementType.Float32, y.Shape);
        for (long start = 0; start < x.ElementCount;)
        {
            int count = layout.RunAt(start, Math.Min(Block, x.ElementCount - start));
            if (!QuantizedValues.TryRead(x, start, integers[..count]))
            {
                throw context.UnsupportedType(x.ElementType);
            }

            Span<float> target = wide.WritableSlice<float>(start, count);
            for (int i = 0; i < count; i++)
            {
                int index = layout.IndexAt(layout.ScalesAdvance ? start + i : start);
                target[i] = (integers[i] - zeros[index]) * (float)scales[index];
            }

            start += count;
        }

        if (y.ElementType != ElementType.Float32)
        {
            ElementConversion.TryConvert(wide, y);
        }
    }
}
