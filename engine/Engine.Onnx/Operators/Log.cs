using System.Numerics.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>y = ln x.</summary>
internal sealed class Log : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Log(x, y);

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y) => TensorPrimitives.Log(x, y);
}
