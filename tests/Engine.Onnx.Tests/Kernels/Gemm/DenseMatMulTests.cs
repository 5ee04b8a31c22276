using Engine.Onnx.Kernels.Gemm;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Kernels.Gemm;

public sealed unsafe class DenseMatMulTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 7, 5)]
    [InlineData(1, 64, 100)]
    [InlineData(7, 65, 33)]
    [InlineData(50, 130, 48)]
    [InlineData(13, 16, 15)]
    [InlineData(1, 600, 35)]
    [InlineData(9, 600, 37)]
    [InlineData(100, 513, 31)]
    public void Run_AnySizeAndStorage_EqualsDoubleArithmetic(int rows, int depth, int columns)
    {
        using WorkerPool pool = new(2);
        float[] a = TestData.Floats(rows * depth, 1);
        ushort[] halves = [.. TestData.Floats(depth * columns, 2).Select(value => BitConverter.HalfToUInt16Bits((Half)value))];
        float[] b = [.. halves.Select(bits => (float)BitConverter.UInt16BitsToHalf(bits))];
        double[] expected = Expected(a, b, rows, depth, columns);
        fixed (float* matrix = b)
        fixed (ushort* narrow = halves)
        {
            float[] direct = Multiply(pool, a, rows, DenseOperand.OfRows(matrix, depth, columns));
            using DenseMatrix packed = DenseMatrix.Pack((byte*)matrix, DenseElement.Single, depth, columns, transposed: false, pool);
            using DenseMatrix half = DenseMatrix.Pack((byte*)narrow, DenseElement.Half, depth, columns, transposed: false, pool);

            Assert.True(TestData.RelativeError(direct, expected) < 2e-6);
            TestData.AssertSameBits(direct, Multiply(pool, a, rows, packed.Operand), "packed");
            TestData.AssertSameBits(direct, Multiply(pool, a, rows, half.Operand), "fp16");
        }
    }

    [Fact]
    public void Pack_BFloat16AndTransposed_MeansTheSameMatrix()
    {
        using WorkerPool pool = new(2);
        float[] a = TestData.Floats(5 * 20, 1);
        ushort[] narrow = [.. TestData.Floats(20 * 18, 2).Select(value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))];
        float[] wide = [.. narrow.Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16))];
        float[] turned = [.. Enumerable.Range(0, 18).SelectMany(n => Enumerable.Range(0, 20).Select(k => wide[k * 18 + n]))];
        fixed (float* rows = wide, columns = turned)
        fixed (ushort* bits = narrow)
        {
            float[] expected = Multiply(pool, a, 5, DenseOperand.OfRows(rows, 20, 18));
            using DenseMatrix bfloat = DenseMatrix.Pack((byte*)bits, DenseElement.BFloat16, 20, 18, transposed: false, pool);
            using DenseMatrix transposed = DenseMatrix.Pack((byte*)columns, DenseElement.Single, 20, 18, transposed: true, pool);
            TestData.AssertSameBits(expected, Multiply(pool, a, 5, bfloat.Operand), "bf16");
            TestData.AssertSameBits(expected, Multiply(pool, a, 5, transposed.Operand), "transposed");
        }
    }

    [Fact]
    public void Pack_HalfWithInfinity_KeepsIt()
    {
        using WorkerPool pool = new(1);
        Half[] b = [Half.PositiveInfinity, (Half)1];
        fixed (Half* data = b)
        {
            using DenseMatrix packed = DenseMatrix.Pack((byte*)data, DenseElement.Half, 1, 2, transposed: false, pool);
            Assert.Equal([float.PositiveInfinity, 2], Multiply(pool, [2], 1, packed.Operand));
        }
    }

    [Fact]
    public void Run_RowAloneOrAmongOthers_HasTheSameBits()
    {
        const int Depth = 570;
        using WorkerPool one = new(1);
        using WorkerPool three = new(3);
        float[] a = TestData.Floats(150 * Depth, 1);
        ushort[] halves = [.. TestData.Floats(Depth * 50, 2).Select(value => BitConverter.HalfToUInt16Bits((Half)value))];
        float[] b = [.. halves.Select(bits => (float)BitConverter.UInt16BitsToHalf(bits))];
        fixed (float* matrix = b)
        fixed (ushort* narrow = halves)
        {
            using DenseMatrix half = DenseMatrix.Pack((byte*)narrow, DenseElement.Half, Depth, 50, transposed: false, one);
            DenseOperand operand = DenseOperand.OfRows(matrix, Depth, 50);
            List<float> alone = [];
            for (int row = 0; row < 150; row++)
            {
                alone.AddRange(Multiply(one, a[(row * Depth)..((row + 1) * Depth)], 1, operand));
            }

            foreach (int rows in new[] { 2, 3, 4, 5, 6, 7, 16, 49, 150 })
            {
                float[] expected = [.. alone.Take(rows * 50)];
                TestData.AssertSameBits(expected, Multiply(three, a[..(rows * Depth)], rows, operand), $"{rows} rows");
                TestData.AssertSameBits(expected, Multiply(three, a[..(rows * Depth)], rows, half.Operand), $"{rows} rows, fp16");
            }
        }
    }

    private static float[] Multiply(WorkerPool pool, float[] a, int rows, in DenseOperand b)
    {
        float[] y = new float[rows * b.Columns];
        fixed (float* source = a, target = y)
        {
            DenseMatMul.Run(pool, source, rows, b, target);
        }

        return y;
    }

    private static double[] Expected(float[] a, float[] b, int rows, int depth, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => Enumerable.Range(0, depth).Sum(k => (double)a[i / columns * depth + k] * b[k * columns + i % columns]))];
}
