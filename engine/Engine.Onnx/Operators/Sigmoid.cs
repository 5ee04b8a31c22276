using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = 1 / (1 + e^-x).</summary>
internal sealed class Sigmoid : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Sigmoid(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Sigmoid(x, y);
}
