using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = the largest integer not above x.</summary>
internal sealed class Floor : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Floor(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Floor(x, y);
}
