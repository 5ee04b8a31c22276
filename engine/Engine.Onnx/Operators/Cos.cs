using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = cos x, x in radians.</summary>
internal sealed class Cos : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Cos(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Cos(x, y);
}
