using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Activation rows rounded to 8 bits as the integer kernels read them: scale = max |a| / 127 for each row and block, values rounded to
/// nearest, ties to even. A tile holds, block by block and row by row, the bytes in the order in which the fields of the weights' words come; then,
/// for all blocks and rows, the scales; then what zero points cost: zero point * sum of the rounded values, or, for weights with offsets, scale *
/// that sum, as a float.
/// </summary>
internal static unsafe class Int8Activations
{
    /// <summary>Columns that keep together whatever the width of the weights: those of a word of 2-bit weights.</summary>
    private const int Columns = 16;

    /// <summary>Bytes that a tile takes, a multiple of a cache line.</summary>
    public static long TileBytes(in BlockLayout layout, int tileRows) =>
        ((long)layout.BlockCount * tileRows * (layout.BlockSize + 2 * sizeof(int)) + AlignedMemory.Alignment - 1) & ~(AlignedMemory.Alignment - 1);

    /// <summary>Packs rows, the last block of each filled up with zeros.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Pack<TFormat>(float* source, int rows, int columns, in BlockLayout layout, byte* tile)
        where TFormat : struct, IFieldFormat
    {
        int blockSize = layout.BlockSize;
        float* scales = (float*)(tile + (long)layout.BlockCount * rows * blockSize);
        int* corrections = (int*)scales + (long)layout.BlockCount * rows;
        float* padded = stackalloc float[blockSize];
        for (int row = 0; row < rows; row++)
        {
            for (int block = 0; block < layout.BlockCount; block++)
            {
                float* values = source + (long)row * columns + (long)block * blockSize;
                int length = columns - block * blockSize;
                if (length < blockSize)
                {
                    new Span<float>(padded, blockSize).Clear();
                    new ReadOnlySpan<float>(values, length).CopyTo(new Span<float>(padded, blockSize));
                    values = padded;
                }

                long at = (long)block * rows + row;
                float scale = Scale(values, blockSize);
                int sum = Round<TFormat>(values, blockSize, scale, tile + at * blockSize);
                scales[at] = scale;
                corrections[at] = layout.Offsets == OffsetKind.None ? layout.ZeroPoint * sum : BitConverter.SingleToInt32Bits(scale * sum);
            }
        }
    }

    /// <summary>max |value| / 127; no finite number where a value is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Scale(float* values, int count)
    {
        // Magnitudes are ordered as their bits are, with NaN above all.
        Vector256<int> max = Vector256<int>.Zero;
        for (int i = 0; i < count; i += Columns)
        {
            Vector256<int> low = Vector256.Load((int*)(values + i)) & Vector256.Create(int.MaxValue);
            Vector256<int> high = Vector256.Load((int*)(values + i + 8)) & Vector256.Create(int.MaxValue);
            max = Vector256.Max(max, Vector256.Max(low, high));
        }

        Vector128<int> four = Vector128.Max(max.GetLower(), max.GetUpper());
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(1, 0, 3, 2)));
        return four.AsSingle().ToScalar() / 127;
    }

    /// <summary>Rounds a block to bytes; returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Round<TFormat>(float* values, int count, float scale, byte* target)
        where TFormat : struct, IFieldFormat
    {
        Vector256<float> inverses = Vector256.Create(scale < 1e-37f ? 0 : 1 / scale);

        // Adding 1.5 * 2^23 rounds to a whole number, ties to even, and leaves it in the low bits.
        Vector256<float> shifter = Vector256.Create(12582912f);
        Vector256<int> sums = Vector256<int>.Zero;
        for (int i = 0; i < count; i += Columns)
        {
            Vector256<int> low = (Vector256.Load(values + i) * inverses + shifter).AsInt32() - shifter.AsInt32();
            Vector256<int> high = (Vector256.Load(values + i + 8) * inverses + shifter).AsInt32() - shifter.AsInt32();
            sums += low + high;
            Vector256<short> shorts = Vector256.Narrow(low, high);
            Vector128<sbyte> bytes = Vector128.Narrow(shorts.GetLower(), shorts.GetUpper());
            Arrange<TFormat>(bytes).Store((sbyte*)target + i);
        }

        return Vector256.Sum(sums);
    }

    /// <summary>Sixteen columns in the order in which fields come out of words: by word, then by field, then by byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Arrange<TFormat>(Vector128<sbyte> columns)
        where TFormat : struct, IFieldFormat
    {
        if (typeof(TFormat) == typeof(FourBits))
        {
            return Vector128.Shuffle(columns, Vector128.Create(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15));
        }

        return typeof(TFormat) == typeof(TwoBits)
            ? Vector128.Shuffle(columns, Vector128.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
            : columns;
    }
}
