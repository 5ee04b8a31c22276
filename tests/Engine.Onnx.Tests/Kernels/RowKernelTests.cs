using Engine.Onnx.Kernels;

namespace Engine.Onnx.Tests.Kernels;

/// <summary>Norms, softmax, argmax and rotary embedding of single rows.</summary>
public sealed unsafe class RowKernelTests
{
    public static TheoryData<int> Lengths() => [1, 7, 8, 15, 16, 17, 31, 33, 513, 576];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void RmsNorm_AnyLength_EqualsDoubleArithmetic(int length)
    {
        float[] x = TestData.Floats(length, 1, 3), weight = TestData.Floats(length, 2), y = new float[length];
        double scale = 1 / Math.Sqrt(x.Sum(value => (double)value * value) / length + 1e-5);
        fixed (float* source = x, weights = weight, target = y)
        {
            RmsNorm.Run(source, weights, 1e-5f, length, target);
        }

        Assert.True(TestData.RelativeError(y, [.. x.Select((value, i) => value * scale * weight[i])]) < 1e-6);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void LayerNorm_AnyLength_EqualsDoubleArithmetic(int length)
    {
        float[] x = [.. TestData.Floats(length, 1).Select(value => value + 5)], weight = TestData.Floats(length, 2), bias = TestData.Floats(length, 3), y = new float[length];
        double mean = x.Average(value => (double)value);
        double scale = 1 / Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + 1e-5);
        fixed (float* source = x, weights = weight, biases = bias, target = y)
        {
            LayerNorm.Run(source, weights, biases, 1e-5f, length, target, out float actualMean, out float actualScale);
            Assert.Equal(mean, actualMean, 2e-6);
            Assert.Equal(1, actualScale / scale, length == 1 ? 1e-6 : 1e-5);
        }

        Assert.True(TestData.RelativeError(y, [.. x.Select((value, i) => (value - mean) * scale * weight[i] + bias[i])]) < 5e-6);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Softmax_AnyLength_EqualsDoubleArithmetic(int length)
    {
        float[] x = TestData.Floats(length, 1, 90), y = new float[length];
        fixed (float* source = x, target = y)
        {
            Softmax.Run(source, length, target);
        }

        double max = x.Max();
        double sum = x.Sum(value => Math.Exp(value - max));
        Assert.True(TestData.RelativeError(y, [.. x.Select(value => Math.Exp(value - max) / sum)]) < 1e-6);
    }

    [Fact]
    public void Softmax_HiddenElements_GetNothing()
    {
        float[] x = [float.NegativeInfinity, 3, float.NegativeInfinity, 3];
        fixed (float* values = x)
        {
            Softmax.Run(values, 4, values);
        }

        Assert.Equal([0, 0.5f, 0, 0.5f], x);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void ArgMax_AnyLength_FindsTheFirstOfTheLargest(int length)
    {
        float[] row = TestData.Floats(length, 1);
        for (int place = 0; place < length; place += 5)
        {
            float[] marked = [.. row];
            marked[place] = 2;
            marked[^1] = Math.Max(marked[^1], place == length - 1 ? 2 : marked[^1]);
            Assert.Equal(place, ArgMax.Run(marked));
        }

        Assert.Equal(0, ArgMax.Run(Enumerable.Repeat(1f, length).ToArray()));
    }

    [Fact]
    public void ArgMax_WithNaN_IgnoresIt() => Assert.Equal(2, ArgMax.Run([float.NaN, 1, 3, float.NaN, 2]));

    [Theory]
    [InlineData(8, 8, false)]
    [InlineData(64, 64, false)]
    [InlineData(80, 20, false)]
    [InlineData(80, 32, true)]
    [InlineData(6, 6, true)]
    public void Rotary_AnyShape_TurnsPairs(int headSize, int rotary, bool interleaved)
    {
        float[] x = TestData.Floats(headSize, 1), y = new float[headSize];
        float[] cos = [.. Enumerable.Range(0, rotary / 2).Select(i => MathF.Cos(i))], sin = [.. Enumerable.Range(0, rotary / 2).Select(i => MathF.Sin(i))];
        double[] expected = [.. x.Select(value => (double)value)];
        for (int i = 0; i < rotary / 2; i++)
        {
            (int a, int b) = interleaved ? (2 * i, 2 * i + 1) : (i, rotary / 2 + i);
            expected[a] = (double)x[a] * cos[i] - (double)x[b] * sin[i];
            expected[b] = (double)x[a] * sin[i] + (double)x[b] * cos[i];
        }

        fixed (float* source = x, target = y, c = cos, s = sin)
        {
            Rotary.Run(source, c, s, headSize, rotary, interleaved, target);
            Assert.True(TestData.RelativeError(y, expected) < 1e-6);
            Rotary.Run(source, c, s, headSize, rotary, interleaved, source);
        }

        Assert.Equal(y, x);
    }

    [Fact]
    public void Rows_OnEveryProcessor_GiveTheRecordedBits()
    {
        const int Length = 571;
        float[] x = TestData.Floats(Length, 3, 5), weight = TestData.Floats(Length, 4), y = new float[3 * Length];
        fixed (float* source = x, weights = weight, target = y)
        {
            RmsNorm.Run(source, weights, 1e-5f, Length, target);
            LayerNorm.Run(source, weights, weights, 1e-5f, Length, target + Length, out _, out _);
            Softmax.Run(source, Length, target + 2 * Length);
        }

        Assert.Equal(0xB5A21E01u, Fingerprint.Of(y));
    }
}
