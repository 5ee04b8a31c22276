using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = 1 / x.</summary>
internal sealed class Reciprocal : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Reciprocal(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Reciprocal(x, y);
}
