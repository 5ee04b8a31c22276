using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Activation rows as the float kernels read them, a tile of rows at a time. Every stretch of a block becomes whole numbers of 24 bits with a common
/// power of two, so chosen that the largest keeps its last place: what the smaller ones lose is less than half of that place, as it would be in a sum
/// with the largest. Numbers are kept as digits that are multiplied exactly: three of 8 bits, or two of 12 for weights of 8 bits.
/// </summary>
/// <remarks>
/// A stretch of a row is: for every vector of weights and every shift of its fields the digits, lowest first, byte j of a word being the column that
/// the field in byte j has; 12-bit digits lie in halves of a word, columns 0 and 2, then 1 and 3. Then <see cref="StretchFactors"/>. Rows follow each
/// other, and stretches follow the rows.
/// </remarks>
internal static unsafe class FloatActivations
{
    private const int Words24 = 3;
    private const int Words12 = 2;

    /// <summary>Vectors of weights in a stretch of 32 columns, or 16 if a block is no longer. Sixteen products of at most 15 * 128 are 30720 and fit 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StretchVectors<TFormat>(in BlockLayout layout)
        where TFormat : struct, IFieldFormat => Math.Min(layout.VectorCount, TFormat.Bits);

    /// <summary>Words of a stretch of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StretchWords<TFormat>(in BlockLayout layout)
        where TFormat : struct, IFieldFormat =>
        StretchVectors<TFormat>(layout) * (TFormat.Bits == 8 ? 2 * Words12 : 8 / TFormat.Bits * Words24) + StretchFactors.Words;

    /// <summary>Words that a tile takes.</summary>
    public static long TileLength<TFormat>(in BlockLayout layout, int tileRows)
        where TFormat : struct, IFieldFormat =>
        (long)layout.BlockCount * layout.VectorCount / StretchVectors<TFormat>(layout) * StretchWords<TFormat>(layout) * tileRows;

    /// <summary>Packs <paramref name="rows"/> rows and fills the tile up with rows of zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<TFormat>(float* source, int rows, int columns, in BlockLayout layout, int* tile, int tileRows)
        where TFormat : struct, IFieldFormat
    {
        int vectors = StretchVectors<TFormat>(layout);
        int length = vectors * 32 / TFormat.Bits;
        int words = StretchWords<TFormat>(layout);
        int stretches = layout.BlockCount * layout.VectorCount / vectors;
        int* whole = stackalloc int[length];
        float* padded = stackalloc float[length];
        for (int row = 0; row < tileRows; row++)
        {
            int* target = tile + row * words;
            for (int stretch = 0; stretch < stretches; stretch++)
            {
                float* values = source + (long)row * columns + (long)stretch * length;
                int exist = row < rows ? Math.Clamp(columns - stretch * length, 0, length) : 0;
                if (exist < length)
                {
                    new Span<float>(padded, length).Clear();
                    new ReadOnlySpan<float>(values, exist).CopyTo(new Span<float>(padded, length));
                    values = padded;
                }

                *(StretchFactors*)(target + words - StretchFactors.Words) = Round<TFormat>(values, length, layout.ZeroPoint, whole);
                if (TFormat.Bits == 4)
                {
                    Write4(whole, vectors, target);
                }
                else if (TFormat.Bits == 8)
                {
                    Write8(whole, vectors, target);
                }
                else
                {
                    Write2(whole, vectors, target);
                }

                target += words * tileRows;
            }
        }
    }

    /// <summary>values = scale * whole; the length is a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static StretchFactors Round<TFormat>(float* values, int length, int zeroPoint, int* whole)
        where TFormat : struct, IFieldFormat
    {
        // Bits of floats without their sign have the order of the numbers, and those of what is no finite number come last.
        Vector256<int> largest = Vector256<int>.Zero;
        Vector256<float> low = Vector256<float>.Zero, high = Vector256<float>.Zero;
        for (int i = 0; i < length; i += 16)
        {
            Vector256<float> first = Vector256.Load(values + i), second = Vector256.Load(values + i + 8);
            low += first;
            high += second;
            largest = Vector256.Max(largest, Vector256.Max(Vector256.Abs(first).AsInt32(), Vector256.Abs(second).AsInt32()));
        }

        Vector128<int> four = Vector128.Max(largest.GetLower(), largest.GetUpper());
        int most = Math.Max(Math.Max(four[0], four[2]), Math.Max(four[1], four[3]));
        if (most >= 0x7F800000)
        {
            new Span<int>(whole, length).Clear();
            return new StretchFactors { Scale = float.NaN, Sum = float.NaN };
        }

        // The largest comes to lie between 2^22 and 2^23, but not so near 2^23 that its highest digit would be 128: then it is halved.
        int exponent = Math.Max((most + 0x10200) >> 23, 23);
        Vector256<float> inverse = Vector256.Create(BitConverter.Int32BitsToSingle((276 - exponent) << 23));
        int digit = TFormat.Bits == 8 ? 12 : 16;
        Vector256<int> carry = Vector256.Create(TFormat.Bits == 8 ? 0x800 : 0x8080);
        Vector256<int> sum = Vector256<int>.Zero, sumHigh = Vector256<int>.Zero;
        for (int i = 0; i < length; i += 8)
        {
            Vector256<int> number = Vector256.ConvertToInt32Native(Vector256.Round(Vector256.Load(values + i) * inverse));
            sum += number;
            sumHigh += TFormat.Bits == 8 ? (number + carry) >> 12 : (number + carry) >> 16;
            number.Store(whole + i);
        }

        int highest = Vector256.Sum(sumHigh);
        return new StretchFactors
        {
            Scale = BitConverter.Int32BitsToSingle((exponent - 22) << 23),
            Sum = Lanes.Sum(low, high),
            ZeroHigh = zeroPoint * highest,
            ZeroLow = zeroPoint * (Vector256.Sum(sum) - (highest << digit)),
        };
    }

    /// <summary>Bytes that are the three digits: adding 128 to each of them makes carries, and turning their highest bits takes it off again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Digits(int* whole)
    {
        Vector128<int> bias = Vector128.Create(0x808080);
        return (Vector128.Load(whole) + bias) ^ bias;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write4(int* whole, int vectors, int* target)
    {
        for (int vector = 0; vector < vectors; vector++)
        {
            // Columns 0 and 2 of a digit below, 1 and 3 above; then even columns and odd ones by themselves.
            Vector128<byte> order = Vector128.Create((byte)0, 8, 4, 12, 1, 9, 5, 13, 2, 10, 6, 14, 3, 3, 3, 3);
            Vector128<int> first = Vector128.Shuffle(Digits(whole).AsByte(), order).AsInt32();
            Vector128<int> second = Vector128.Shuffle(Digits(whole + 4).AsByte(), order).AsInt32();
            Write3((first & Vector128.Create(0xFFFF)) | (second << 16), target);
            Write3((first >>> 16) | (second & Vector128.Create(unchecked((int)0xFFFF0000))), target + Words24);
            whole += 8;
            target += 2 * Words24;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write3(Vector128<int> digits, int* target)
    {
        *(long*)target = digits.AsInt64()[0];
        target[2] = digits[2];
    }

    private static void Write2(int* whole, int vectors, int* target)
    {
        for (int vector = 0; vector < vectors; vector++)
        {
            Vector128<int> a = Digits(whole), b = Digits(whole + 4), c = Digits(whole + 8), d = Digits(whole + 12);
            for (int digit = 0; digit < Words24; digit++)
            {
                Vector128<int> low = Vector128.Create(0xFF);
                Vector128<int> words = (a & low) | ((b & low) << 8) | ((c & low) << 16) | ((d & low) << 24);
                for (int shift = 0; shift < 4; shift++)
                {
                    target[shift * Words24 + digit] = words[shift];
                }

                (a, b, c, d) = (a >>> 8, b >>> 8, c >>> 8, d >>> 8);
            }

            whole += 16;
            target += 4 * Words24;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write8(int* whole, int vectors, int* target)
    {
        for (int vector = 0; vector < vectors; vector++)
        {
            Vector128<int> number = Vector128.Load(whole);
            Vector128<int> high = (number + Vector128.Create(0x800)) >> 12;
            Vector128<int> low = number - (high << 12);
            low = (low & Vector128.Create(0xFFFF)) | (Vector128.Shuffle(low, Vector128.Create(2, 3, 2, 3)) << 16);
            high = (high & Vector128.Create(0xFFFF)) | (Vector128.Shuffle(high, Vector128.Create(2, 3, 2, 3)) << 16);
            target[0] = low[0];
            target[1] = high[0];
            target[Words12] = low[1];
            target[Words12 + 1] = high[1];
            whole += 4;
            target += 2 * Words12;
        }
    }
}
