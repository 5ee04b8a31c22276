using System.Numerics.Tensors;
using Engine.Onnx.Kernels;

namespace Engine.Onnx.Operators;

/// <summary>y = 1 / (1 + e^-x).</summary>
internal sealed unsafe class Sigmoid : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y)
    {
        fixed (float* source = x, target = y)
        {
            Elementwise.Sigmoid(source, x.Length, target);
        }
    }

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Sigmoid(x, y);
}
