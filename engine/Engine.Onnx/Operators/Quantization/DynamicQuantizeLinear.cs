using System.Numerics.Tensors;
using Tensor = Engine.Onnx.Tensors.Tensor;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Quantization;

/// <summary>Bytes, scale and zero point from what the whole tensor spans, zero included.</summary>
internal sealed class DynamicQuantizeLinear : Operator
{
    public override void Run(OperatorContext context)
    {
        Tensor input = context.Input(0, ElementType.Float32);
        ReadOnlySpan<float> x = input.AsReadOnlySpan<float>();
        float highest = x.IsEmpty ? 0 : Math.Max(0, TensorPrimitives.Max(x));
        float lowest = x.IsEmpty ? 0 : Math.Min(0, TensorPrimitives.Min(x));
        float scale = (highest - lowest) / 255;
        int zero = scale == 0 ? 0 : (int)Math.Clamp(MathF.Round(-lowest / scale, MidpointRounding.ToEven), 0, 255);
        Span<byte> y = context.AllocateOutput(0, ElementType.UInt8, input.Shape).AsSpan<byte>();
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = scale == 0 ? (byte)zero : (byte)Math.Clamp(MathF.Round(x[i] / scale, MidpointRounding.ToEven) + zero, 0, 255);
        }

        if (context.HasOutput(1))
        {
            context.AllocateOutput(1, ElementType.Float32, Shape.Scalar).AsSpan<float>()[0] = scale;
        }

        if (context.HasOutput(2))
        {
            context.AllocateOutput(2, ElementType.UInt8, Shape.Scalar).AsSpan<byte>()[0] = (byte)zero;
        }
    }
}
