namespace Engine.Onnx.Operators;

/// <summary>y = f(x) for functions that no hot path has: one element at a time.</summary>
internal sealed class FunctionOperator<TFunction>(TFunction function) : UnaryOperator
    where TFunction : struct, IUnaryFunction
{
    protected override void Compute(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = (float)function.Of(x[i]);
        }
    }

    protected override void Compute(ReadOnlySpan<double> x, Span<double> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = function.Of(x[i]);
        }
    }
}
