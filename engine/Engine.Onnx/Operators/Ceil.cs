using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = the smallest integer not below x.</summary>
internal sealed class Ceil : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Ceiling(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Ceiling(x, y);
}
