using Engine.Onnx.Graphs;

namespace Engine.Onnx.Operators;

internal readonly struct ErfFunction : IUnaryFunction
{
    /// <summary>By its series near zero and its continued fraction beyond, both to double precision.</summary>
    public double Of(double x)
    {
        double magnitude = Math.Abs(x);
        if (double.IsNaN(x) || magnitude > 6)
        {
            return double.IsNaN(x) ? x : Math.Sign(x);
        }

        if (magnitude < 2.5)
        {
            double term = magnitude;
            double sum = magnitude;
            for (int n = 1; Math.Abs(term) > 1e-17 * sum; n++)
            {
                term *= -magnitude * magnitude / n;
                sum += term / ((2 * n) + 1);
            }

            return Math.CopySign(2 / Math.Sqrt(Math.PI) * sum, x);
        }

        double fraction = 0;
        for (int n = 60; n > 0; n--)
        {
            fraction = n / 2.0 / (magnitude + fraction);
        }

        return Math.CopySign(1 - (Math.Exp(-magnitude * magnitude) / Math.Sqrt(Math.PI) / (magnitude + fraction)), x);
    }
}

internal readonly struct LeakyReluFunction(Node node) : IUnaryFunction
{
    private readonly double _slope = node.Attributes.Float("alpha", 0.01f);

    public double Of(double x) => x < 0 ? _slope * x : x;
}

internal readonly struct EluFunction(Node node) : IUnaryFunction
{
    private readonly double _scale = node.Attributes.Float("alpha", 1);

    public double Of(double x) => x < 0 ? _scale * (Math.Exp(x) - 1) : x;
}

internal readonly struct CeluFunction(Node node) : IUnaryFunction
{
    private readonly double _scale = node.Attributes.Float("alpha", 1);

    public double Of(double x) => Math.Max(0, x) + Math.Min(0, _scale * (Math.Exp(x / _scale) - 1));
}

internal readonly struct SeluFunction(Node node) : IUnaryFunction
{
    private readonly double _alpha = node.Attributes.Float("alpha", 1.67326319217681884765625f);
    private readonly double _gamma = node.Attributes.Float("gamma", 1.05070102214813232421875f);

    public double Of(double x) => _gamma * (x > 0 ? x : _alpha * (Math.Exp(x) - 1));
}

internal readonly struct HardSigmoidFunction(Node node) : IUnaryFunction
{
    private readonly double _slope = node.Attributes.Float("alpha", 0.2f);
    private readonly double _offset = node.Attributes.Float("beta", 0.5f);

    public double Of(double x) => Math.Clamp((_slope * x) + _offset, 0, 1);
}

internal readonly struct HardSwishFunction : IUnaryFunction
{
    public double Of(double x) => x * Math.Clamp((x / 6) + 0.5, 0, 1);
}

internal readonly struct ThresholdedReluFunction(Node node) : IUnaryFunction
{
    private readonly double _threshold = node.Attributes.Float("alpha", 1);

    public double Of(double x) => x > _threshold ? x : 0;
}

internal readonly struct SoftplusFunction : IUnaryFunction
{
    public double Of(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}

internal readonly struct SoftsignFunction : IUnaryFunction
{
    public double Of(double x) => x / (1 + Math.Abs(x));
}

internal readonly struct MishFunction : IUnaryFunction
{
    public double Of(double x) => x * Math.Tanh(default(SoftplusFunction).Of(x));
}

internal readonly struct RoundFunction : IUnaryFunction
{
    public double Of(double x) => Math.Round(x, MidpointRounding.ToEven);
}

internal readonly struct TanFunction : IUnaryFunction
{
    public double Of(double x) => Math.Tan(x);
}

internal readonly struct AsinFunction : IUnaryFunction
{
    public double Of(double x) => Math.Asin(x);
}

internal readonly struct AcosFunction : IUnaryFunction
{
    public double Of(double x) => Math.Acos(x);
}

internal readonly struct AtanFunction : IUnaryFunction
{
    public double Of(double x) => Math.Atan(x);
}

internal readonly struct SinhFunction : IUnaryFunction
{
    public double Of(double x) => Math.Sinh(x);
}

internal readonly struct CoshFunction : IUnaryFunction
{
    public double Of(double x) => Math.Cosh(x);
}

internal readonly struct AsinhFunction : IUnaryFunction
{
    public double Of(double x) => Math.Asinh(x);
}

internal readonly struct AcoshFunction : IUnaryFunction
{
    public double Of(double x) => Math.Acosh(x);
}

internal readonly struct AtanhFunction : IUnaryFunction
{
    public double Of(double x) => Math.Atanh(x);
}
