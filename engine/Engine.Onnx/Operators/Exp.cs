using System.Numerics.Tensors;
using Engine.Onnx.Kernels;

namespace Engine.Onnx.Operators;

/// <summary>y = e^x.</summary>
internal sealed unsafe class Exp : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y)
    {
        fixed (float* source = x, target = y)
        {
            Elementwise.Exp(source, x.Length, target);
        }
    }

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Exp(x, y);
}
