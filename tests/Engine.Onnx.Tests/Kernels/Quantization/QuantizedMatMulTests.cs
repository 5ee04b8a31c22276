using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Kernels.Quantization;

public sealed class QuantizedMatMulTests
{
    public static TheoryData<int, int, int, int, string, bool, bool> Cases()
    {
        TheoryData<int, int, int, int, string, bool, bool> cases = [];
        foreach (bool int8 in new[] { false, true })
        {
            foreach (int bits in new[] { 2, 4, 8 })
            {
                foreach (int blockSize in new[] { 16, 32, 64, 128, 256 })
                {
                    cases.Add(40, 172, bits, blockSize, "none", true, int8);
                }

                foreach (string zeroPoints in new[] { "none", "packed", "float", "min" })
                {
                    cases.Add(33, 96, bits, 32, zeroPoints, true, int8);
                    cases.Add(16, 160, bits, 32, zeroPoints, false, int8);
                }
            }

            cases.Add(1, 16, 4, 16, "none", true, int8);
            cases.Add(5, 1, 4, 32, "packed", true, int8);
            cases.Add(100, 576, 4, 32, "min", true, int8);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_AnyFormat_EqualsDoubleArithmetic(int rows, int columns, int bits, int blockSize, string zeroPoints, bool halfScales, bool int8)
    {
        using WorkerPool pool = new(2);
        QuantizedTestMatrix matrix = new(rows, columns, bits, blockSize, zeroPoints, halfScales);
        using BlockQuantizedMatrix packed = matrix.Pack(pool);
        float[] x = TestData.Floats(3 * columns, 2);

        float[] y = Multiply(pool, packed, x, 3, int8);

        Assert.True(TestData.RelativeError(y, matrix.Multiply(x, 3, int8)) < 3e-6);
    }

    /// <summary>
    /// Activations keep 24 bits counted from the largest of their stretch: each may be off by half of that one's last place. What adds to it is the
    /// rounding of one sum a stretch. The bound is taken over the absolute weights, without anything that could cancel.
    /// </summary>
    [Theory]
    [InlineData(2, "packed", 1f)]
    [InlineData(4, "none", 1f)]
    [InlineData(4, "min", 1f)]
    [InlineData(8, "none", 1f)]
    [InlineData(8, "packed", 1f)]
    [InlineData(4, "none", 1e30f)]
    [InlineData(4, "none", 1e-28f)]
    [InlineData(8, "none", 1e-28f)]
    public void Run_ActivationsOfVeryDifferentSize_KeepsTheLastPlaceOfTheLargest(int bits, string zeroPoints, float magnitude)
    {
        const int Columns = 32 * 9;
        using WorkerPool pool = new(1);
        QuantizedTestMatrix matrix = new(37, Columns, bits, 32, zeroPoints, exactHalfScales: true);
        using BlockQuantizedMatrix packed = matrix.Pack(pool);
        float[] x = TestData.Floats(3 * Columns, 9, magnitude);
        for (int i = 0; i < x.Length; i++)
        {
            // Outliers, small numbers beside them, whole blocks of zeros, and the largest mantissa there is.
            x[i] *= i / 32 % 5 == 4 ? 0 : i % 41 == 0 ? 3000 : i % 7 == 0 ? 1e-4f : 1;
        }

        x[33] = MathF.BitDecrement(4 * magnitude);
        float[] y = Multiply(pool, packed, x, 3, int8: false);

        double[] expected = matrix.Multiply(x, 3, int8: false);
        for (int row = 0; row < 3; row++)
        {
            double[] largest = [.. Enumerable.Range(0, Columns).Select(k => (double)x.AsSpan(row * Columns + k / 32 * 32, 32).ToArray().Max(MathF.Abs))];
            for (int n = 0; n < matrix.Rows; n++)
            {
                double bound = 2 * matrix.LargestProducts(n, largest) * Math.Pow(2, -24);
                Assert.True(Math.Abs(y[row * matrix.Rows + n] - expected[row * matrix.Rows + n]) <= bound, $"row {row}, output {n}");
            }
        }
    }

    /// <summary>Rows that do not depend on their neighbours: the property on which batching, chunked prefill and caching rest.</summary>
    [Theory]
    [InlineData(4, 32, "min", false)]
    [InlineData(4, 32, "none", false)]
    [InlineData(8, 32, "none", false)]
    [InlineData(2, 64, "packed", false)]
    [InlineData(4, 128, "float", false)]
    [InlineData(4, 32, "min", true)]
    [InlineData(8, 64, "packed", true)]
    [InlineData(4, 32, "none", true)]
    [InlineData(4, 16, "none", true)]
    [InlineData(4, 128, "float", true)]
    [InlineData(8, 16, "none", true)]
    [InlineData(8, 32, "none", true)]
    [InlineData(2, 32, "packed", true)]
    [InlineData(2, 256, "none", true)]
    public void Run_RowAloneOrAmongOthers_HasTheSameBits(int bits, int blockSize, string zeroPoints, bool int8)
    {
        const int Most = 200;
        using WorkerPool one = new(1);
        using WorkerPool three = new(3);
        QuantizedTestMatrix matrix = new(83, 260, bits, blockSize, zeroPoints, exactHalfScales: true);
        using BlockQuantizedMatrix packed = matrix.Pack(three);
        float[] x = TestData.Floats(Most * 260, 3);
        float[] alone = [.. Enumerable.Range(0, Most).SelectMany(row => Multiply(one, packed, x[(row * 260)..((row + 1) * 260)], 1, int8))];

        foreach (WorkerPool pool in new[] { one, three })
        {
            foreach (int rows in new[] { 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 50, 97, Most })
            {
                float[] y = Multiply(pool, packed, x[..(rows * 260)], rows, int8);
                TestData.AssertSameBits(alone.AsSpan(0, rows * 83), y, $"{rows} rows, {pool.ThreadCount} threads");
            }
        }
    }

    public static TheoryData<int, int, string, bool> Formats()
    {
        TheoryData<int, int, string, bool> cases = [];
        foreach (int bits in new[] { 2, 4, 8 })
        {
            foreach (int blockSize in new[] { 16, 32, 64, 128, 256 })
            {
                foreach (string zeroPoints in new[] { "none", "packed", "float", "min" })
                {
                    cases.Add(bits, blockSize, zeroPoints, false);
                    cases.Add(bits, blockSize, zeroPoints, true);
                }
            }
        }

        return cases;
    }

    /// <summary>Weights that stay where the model has them: several groups, one of them short, and columns that fill no block.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void Run_WeightsInPlace_HasTheBitsOfPackedOnes(int bits, int blockSize, string zeroPoints, bool int8)
    {
        using WorkerPool pool = new(2);
        QuantizedTestMatrix matrix = new(55, 1100, bits, blockSize, zeroPoints, exactHalfScales: true);
        using BlockQuantizedMatrix packed = matrix.Pack(pool);
        using BlockQuantizedMatrix inPlace = matrix.InPlace(pool);
        float[] x = TestData.Floats(60 * 1100, 3);

        foreach (int rows in new[] { 1, 2, 3, 4, 5, 8, 11, 16, 60 })
        {
            float[] expected = Multiply(pool, packed, x[..(rows * 1100)], rows, int8);
            TestData.AssertSameBits(expected, Multiply(pool, inPlace, x[..(rows * 1100)], rows, int8), $"{rows} rows");
        }

        GC.KeepAlive(matrix);
    }

    /// <summary>
    /// Bits fixed once: the processor under test must give those of every other. <see cref="ProcessorTests"/> runs them without its instruction sets too.
    /// </summary>
    [Theory]
    [InlineData(4, "min", false, 0x64348F14u)]
    [InlineData(4, "none", false, 0xFCB6DA04u)]
    [InlineData(8, "none", false, 0x11577086u)]
    [InlineData(2, "packed", false, 0xBA5B4D6Bu)]
    [InlineData(4, "min", true, 0x2795666Eu)]
    [InlineData(8, "packed", true, 0x2512D52Eu)]
    [InlineData(4, "none", true, 0x938157DDu)]
    [InlineData(8, "none", true, 0x65F253F3u)]
    [InlineData(2, "none", true, 0x1579A1D4u)]
    public void Run_OnEveryProcessor_GivesTheRecordedBits(int bits, string zeroPoints, bool int8, uint expected)
    {
        using WorkerPool pool = new(1);
        QuantizedTestMatrix matrix = new(37, 200, bits, 32, zeroPoints, exactHalfScales: true, seed: 5);
        using BlockQuantizedMatrix packed = matrix.Pack(pool);

        float[] y = Multiply(pool, packed, TestData.Floats(7 * 200, 6), 7, int8);

        Assert.Equal(expected, Fingerprint.Of(y));
    }

    [Fact]
    public void Pack_ScalesAndMinimaOfHalfPrecision_StayNarrow()
    {
        using WorkerPool pool = new(1);
        using BlockQuantizedMatrix narrow = new QuantizedTestMatrix(16, 64, 4, 32, "min", exactHalfScales: true).Pack(pool);
        using BlockQuantizedMatrix half = new QuantizedTestMatrix(16, 64, 4, 32, "none", exactHalfScales: true, halfScales: true).Pack(pool);
        using BlockQuantizedMatrix wide = new QuantizedTestMatrix(16, 64, 4, 32, "float", exactHalfScales: false).Pack(pool);

        Assert.Equal(256 + 32 + 32, narrow.Layout.BlockBytes);
        Assert.Equal(256 + 32, half.Layout.BlockBytes);
        Assert.Equal(256 + 64 + 64, wide.Layout.BlockBytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_ActivationIsNaN_SpoilsItsRowOnly(bool int8)
    {
        using WorkerPool pool = new(1);
        using BlockQuantizedMatrix packed = new QuantizedTestMatrix(16, 64, 4, 32, "none", exactHalfScales: true).Pack(pool);
        float[] x = TestData.Floats(3 * 64, 4);
        x[64 + 10] = float.NaN;

        float[] y = Multiply(pool, packed, x, 3, int8);

        Assert.All(y[..16], value => Assert.False(float.IsNaN(value)));
        Assert.All(y[16..32], value => Assert.True(float.IsNaN(value)));
        Assert.All(y[32..], value => Assert.False(float.IsNaN(value)));
    }

    [Theory]
    [InlineData(3, 32)]
    [InlineData(4, 8)]
    [InlineData(4, 48)]
    [InlineData(4, 512)]
    public void Pack_SizeThatKernelsLack_Throws(int bits, int blockSize)
    {
        using WorkerPool pool = new(1);
        QuantizedTestMatrix matrix = new(1, 32, bits, blockSize, "none", exactHalfScales: true);
        Assert.Throws<ArgumentException>(() => matrix.Pack(pool));
    }

    [Fact]
    public unsafe void Run_WithBias_AddsItToEveryRow()
    {
        using WorkerPool pool = new(1);
        using BlockQuantizedMatrix packed = new QuantizedTestMatrix(20, 32, 4, 32, "none", exactHalfScales: true).Pack(pool);
        float[] x = TestData.Floats(2 * 32, 7);
        float[] plain = Multiply(pool, packed, x, 2, int8: false);
        float[] bias = TestData.Floats(20, 8);
        float[] y = new float[40];
        fixed (float* source = x, target = y, added = bias)
        {
            QuantizedMatMul.Run(pool, packed, source, 2, added, target);
        }

        Assert.Equal(plain.Select((value, i) => value + bias[i % 20]), y);
    }

    private static unsafe float[] Multiply(WorkerPool pool, BlockQuantizedMatrix weights, float[] x, int rows, bool int8)
    {
        float[] y = new float[rows * weights.Rows];
        fixed (float* source = x, target = y)
        {
            if (int8)
            {
                QuantizedMatMul.RunInt8(pool, weights, source, rows, null, target);
            }
            else
            {
                QuantizedMatMul.Run(pool, weights, source, rows, null, target);
            }
        }

        return y;
    }
}
