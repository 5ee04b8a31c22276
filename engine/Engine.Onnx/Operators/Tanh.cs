using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = tanh x.</summary>
internal sealed class Tanh : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Tanh(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Tanh(x, y);
}
