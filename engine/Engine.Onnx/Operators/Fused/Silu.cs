using Engine.Onnx.Kernels;

namespace Engine.Onnx.Operators.Fused;

/// <summary>y = x · sigmoid(x).</summary>
internal sealed unsafe class Silu : UnaryOperator
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y)
    {
        fixed (float* source = x, target = y)
        {
            Elementwise.Swish(source, 1, x.Length, target);
        }
    }

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = x[i] / (1 + Math.Exp(-x[i]));
        }
    }
}
