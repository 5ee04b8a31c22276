using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = √x.</summary>
internal sealed class Sqrt : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Sqrt(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Sqrt(x, y);
}
