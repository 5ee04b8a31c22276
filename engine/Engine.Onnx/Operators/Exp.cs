using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = e^x.</summary>
internal sealed class Exp : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Exp(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Exp(x, y);
}
