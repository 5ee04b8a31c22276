using System.Runtime.CompilerServices;

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

    /// <summary>Bytes of the fields of one row.</summary>
    public long RowBytes => (long)BlockCount * BlockBytes;

    public bool IsSymmetric => PackedZeroPoints is null && FloatZeroPoints is null && HalfZeroPoints is null;

    /// <summary>Scales of one row, from <paramref name="block"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadScales(int row, int block, Span<float> scales) => Read(Scales, HalfScales, row, block, scales);

    /// <summary>Offsets of one row, -scale * zero point, of weights that have zero points.</summary>
    /// <param name="row">The row.</param>
    /// <param name="block">The first block.</param>
    /// <param name="scales">The scales from that block on.</param>
    /// <param name="offsets">Receives as many offsets.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ReadOffsets(int row, int block, ReadOnlySpan<float> scales, Span<float> offsets)
    {
        if (PackedZeroPoints is null)
        {
            Read(FloatZeroPoints, HalfZeroPoints, row, block, offsets);
        }
        else
        {
            byte* packed = PackedZeroPoints + (long)row * ((BlockCount * Bits + 7) / 8);
            for (int i = 0; i < offsets.Length; i++)
            {
                int bit = (block + i) * Bits;
                offsets[i] = (packed[bit / 8] >> (bit % 8)) & ((1 << Bits) - 1);
            }
        }

        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = -scales[i] * offsets[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read(float* single, Half* half, int row, int block, Span<float> values)
    {
        long first = (long)row * BlockCount + block;
        if (half is null)
        {
            new ReadOnlySpan<float>(single + first, values.Length).CopyTo(values);
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)half[first + i];
        }
    }
}
