using System.Numerics.Tensors;
using Engine.Onnx.Kernels;

namespace Engine.Onnx.Operators;

/// <summary>y = tanh x.</summary>
internal sealed unsafe class Tanh : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y)
    {
        fixed (float* source = x, target = y)
        {
            Elementwise.Tanh(source, x.Length, target);
        }
    }

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Tanh(x, y);
}
