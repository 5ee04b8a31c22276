using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = sin x, x in radians.</summary>
internal sealed class Sin : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Sin(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Sin(x, y);
}
