using System.Runtime.Intrinsics;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Kernels.Registers;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Kernels.Quantization;

/// <summary>One kernel body, many kinds of registers: they must not differ in a bit.</summary>
public sealed class Int8KernelTests
{
    private const int OutputRows = 35;
    private const int Columns = 300;

    public static TheoryData<string, int, int, string> Cases()
    {
        // 512-bit registers are emulated where the processor lacks them; dot products of bytes are not.
        List<InstructionSet> sets = [InstructionSet.Avx512, InstructionSet.Avx2, InstructionSet.Vector128];
        sets.AddRange(InstructionSets.Supported().Where(set => set is InstructionSet.AvxVnni or InstructionSet.Dp));
        TheoryData<string, int, int, string> cases = [];
        foreach (InstructionSet set in sets)
        {
            foreach (int bits in new[] { 2, 4, 8 })
            {
                foreach (int blockSize in new[] { 16, 32, 64, 256 })
                {
                    cases.Add(set.ToString(), bits, blockSize, "none");
                }

                cases.Add(set.ToString(), bits, 32, "packed");
                cases.Add(set.ToString(), bits, 128, "float");
                cases.Add(set.ToString(), bits, 32, "min");
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_AnyInstructionSet_HasTheBitsOfScalarCode(string set, int bits, int blockSize, string zeroPoints)
    {
        using WorkerPool pool = new(1);
        using BlockQuantizedMatrix weights = new QuantizedTestMatrix(OutputRows, Columns, bits, blockSize, zeroPoints, exactHalfScales: zeroPoints != "float").Pack(pool);
        float[] x = TestData.Floats(16 * Columns, 11);

        foreach (int rows in new[] { 1, 2, 16 })
        {
            float[] expected = Multiply(InstructionSet.Scalar, pool, weights, x, rows);
            float[] actual = Multiply(Enum.Parse<InstructionSet>(set), pool, weights, x, rows);
            TestData.AssertSameBits(expected, actual, $"{rows} rows");
        }
    }

    /// <summary>The largest products of all: no sum of 16 bits may overflow.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Run_LargestFieldsAndActivations_StaysExact(int bits)
    {
        using WorkerPool pool = new(1);
        using BlockQuantizedMatrix weights = LargestFields(bits, pool);
        float[] x = [.. Enumerable.Repeat(-127f, 2 * 256)];
        float expected = 256 * -127f * ((1 << bits) - 1 - (1 << (bits - 1)));

        foreach (InstructionSet set in new[] { InstructionSets.Best, InstructionSet.Avx512, InstructionSet.Avx2, InstructionSet.Vector128, InstructionSet.Scalar })
        {
            Assert.All(Multiply(set, pool, weights, x, 2), value => Assert.Equal(expected, value));
        }
    }

    [Fact]
    public void Supported_AnyProcessor_EndsWithScalarCodeAndBeginsWithTheBest()
    {
        List<InstructionSet> sets = InstructionSets.Supported();

        Assert.Equal(InstructionSet.Scalar, sets[^1]);
        Assert.Equal(InstructionSets.Best, sets[0]);
        Assert.Equal(Vector128.IsHardwareAccelerated, sets.Contains(InstructionSet.Vector128));
        Assert.Equal(sets.OrderDescending(), sets);
    }

    private static unsafe BlockQuantizedMatrix LargestFields(int bits, WorkerPool pool)
    {
        byte[] fields = [.. Enumerable.Repeat((byte)0xFF, 16 * 256 * bits / 8)];
        float[] scales = [.. Enumerable.Repeat(1f, 16)];
        fixed (byte* field = fields)
        fixed (float* scale = scales)
        {
            return BlockQuantizedMatrix.Pack(new BlockQuantizedSource { Rows = 16, Columns = 256, Bits = bits, BlockSize = 256, Fields = field, Scales = scale }, pool);
        }
    }

    private static unsafe float[] Multiply(InstructionSet set, WorkerPool pool, BlockQuantizedMatrix weights, float[] x, int rows)
    {
        float[] y = new float[rows * weights.Rows];
        fixed (float* source = x, target = y)
        {
            QuantizedProduct product = new(weights, null, target);
            Int8Kernel.Of(set).Run(pool, new QuantizedMatMul.Call { Products = new ReadOnlySpan<QuantizedProduct>(in product), X = source, Rows = rows });
        }

        return y;
    }
}
