using Engine.Onnx.Kernels;

namespace Engine.Onnx.Tests.Kernels;

public sealed unsafe class ElementwiseTests
{
    /// <summary>Every length around the width of a vector: nothing beyond the end may be read into a result or written.</summary>
    public static TheoryData<int> Lengths() => [0, 1, 7, 8, 9, 15, 16, 17, 31, 513];

    [Theory]
    [InlineData("exp", 2.5e-7)]
    [InlineData("sigmoid", 4e-7)]
    [InlineData("tanh", 4e-7)]
    [InlineData("gelu", 2e-6)]
    [InlineData("gelu tanh", 2e-6)]
    [InlineData("silu", 4e-7)]
    public void Function_OverItsRange_EqualsDoubleArithmetic(string name, double bound)
    {
        float[] x = [.. Enumerable.Range(-8700, 17400).Select(i => i * 0.01f), 0, -0f, 1e-20f, 1e-7f, 0.62f, 0.63f];
        float[] y = new float[x.Length];
        fixed (float* source = x, target = y)
        {
            Run(name, source, x.Length, target);
        }

        for (int i = 0; i < x.Length; i++)
        {
            double expected = Reference(name, x[i]);
            double error = Math.Abs(y[i] - expected) / Math.Max(Math.Abs(expected), name.StartsWith("gelu", StringComparison.Ordinal) ? 0.1 : 1e-37);
            Assert.True(error < bound || Math.Abs(expected) < 1e-37, $"{name}({x[i]}) = {y[i]}, not {expected}: {error}");
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Function_AnyLength_TouchesItsElementsOnly(int length)
    {
        float[] x = [.. TestData.Floats(length, 1), float.NaN, float.NaN];
        float[] y = [.. Enumerable.Repeat(42f, length + 2)];
        fixed (float* source = x, target = y)
        {
            Elementwise.SiluMultiply(source, source, length, target);
        }

        Assert.Equal([42f, 42f], y[length..]);
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(x[i] * x[i] / (1 + Math.Exp(-x[i])), y[i], 1e-6);
        }
    }

    [Fact]
    public void Exp_BeyondItsRange_IsZeroInfinityOrNaN()
    {
        float[] x = [float.NegativeInfinity, -1e30f, -88, 89, float.PositiveInfinity, float.NaN];
        fixed (float* values = x)
        {
            Elementwise.Exp(values, x.Length, values);
        }

        Assert.Equal([0, 0, 0, float.PositiveInfinity, float.PositiveInfinity, float.NaN], x);
    }

    [Fact]
    public void Functions_OnEveryProcessor_GiveTheRecordedBits()
    {
        float[] x = TestData.Floats(1003, 3, 9);
        string[] names = ["exp", "sigmoid", "tanh", "gelu", "gelu tanh", "silu"];
        float[] y = new float[x.Length * names.Length];
        fixed (float* source = x, target = y)
        {
            for (int i = 0; i < names.Length; i++)
            {
                Run(names[i], source, x.Length, target + i * x.Length);
            }
        }

        Assert.Equal(0x91C41190u, Fingerprint.Of(y));
    }

    private static void Run(string name, float* x, long length, float* y)
    {
        switch (name)
        {
            case "exp":
                Elementwise.Exp(x, length, y);
                break;
            case "sigmoid":
                Elementwise.Sigmoid(x, length, y);
                break;
            case "tanh":
                Elementwise.Tanh(x, length, y);
                break;
            case "gelu":
                Elementwise.Gelu(x, length, y);
                break;
            case "gelu tanh":
                Elementwise.GeluTanh(x, length, y);
                break;
            default:
                Elementwise.Swish(x, 1, length, y);
                break;
        }
    }

    private static double Reference(string name, double x) => name switch
    {
        "exp" => Math.Exp(x),
        "sigmoid" => 1 / (1 + Math.Exp(-x)),
        "tanh" => Math.Tanh(x),
        "gelu" => x / 2 * (1 + Erf(x / Math.Sqrt(2))),
        "gelu tanh" => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => x / (1 + Math.Exp(-x)),
    };

    /// <summary>By its series near 0, by its continued fraction away from it.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 3)
        {
            double fraction = 0;
            for (int k = 60; k >= 1; k--)
            {
                fraction = k / 2.0 / (Math.Abs(x) + fraction);
            }

            return Math.Sign(x) * (1 - Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (Math.Abs(x) + fraction));
        }

        double term = x;
        double sum = x;
        for (int n = 1; n < 100; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
