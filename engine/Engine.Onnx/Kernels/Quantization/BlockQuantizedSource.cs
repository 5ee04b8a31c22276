namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Block-quantised weights as ONNX stores them (MatMulNBits, QMoE): unsigned fields, lowest bits first, in blocks along K with a scale each.
/// Weight = scale * (field - zero point).
/// </summary>
internal readonly unsafe struct BlockQuantizedSource
{
    /// <summary>Output rows, N.</summary>
    public required int Rows { get; init; }

    /// <summary>Input columns, K.</summary>
    public required int Columns { get; init; }

    /// <summary>Weights a scale serves: a multiple of 16 from 16 to 256.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Bits of a weight: 2, 4 or 8.</summary>
    public required int Bits { get; init; }

    /// <summary><c>[Rows, BlockCount, BlockSize * Bits / 8]</c> bytes.</summary>
    public required byte* Fields { get; init; }

    /// <summary><c>[Rows, BlockCount]</c>, in either type; the other is null.</summary>
    public float* Scales { get; init; }

    public Half* HalfScales { get; init; }

    /// <summary>Bit-packed zero points, every row begun on a byte: <c>[Rows, ceil(BlockCount * Bits / 8)]</c>. With none of the three, 2^(Bits-1).</summary>
    public byte* PackedZeroPoints { get; init; }

    /// <summary><c>[Rows, BlockCount]</c>.</summary>
    public float* FloatZeroPoints { get; init; }

    public Half* HalfZeroPoints { get; init; }

    public int BlockCount => (Columns + BlockSize - 1) / BlockSize;

    public int BlockBytes => BlockSize * Bits / 8;

    public bool IsSymmetric => PackedZeroPoints is null && FloatZeroPoints is null && HalfZeroPoints is null;

    public float Scale(int row, int block)
    {
        long index = (long)row * BlockCount + block;
        return HalfScales is not null ? (float)HalfScales[index] : Scales[index];
    }

    public float ZeroPoint(int row, int block)
    {
        long index = (long)row * BlockCount + block;
        if (FloatZeroPoints is not null)
        {
            return FloatZeroPoints[index];
        }

        if (HalfZeroPoints is not null)
        {
            return (float)HalfZeroPoints[index];
        }

        if (PackedZeroPoints is null)
        {
            return 1 << (Bits - 1);
        }

        int rowBytes = (BlockCount * Bits + 7) / 8;
        int bit = block * Bits;
        return (PackedZeroPoints[(long)row * rowBytes + bit / 8] >> (bit % 8)) & ((1 << Bits) - 1);
    }
}
