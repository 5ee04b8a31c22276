using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Quantised weights times float activations: one group of sixteen output rows against a tile of activation rows, which come as the digits of
/// <see cref="FloatActivations"/>. Integer instructions make four products where an FMA makes one, exactly, and take fields as they are.
/// </summary>
/// <remarks>
/// What every kernel here computes for one output, in this order and with these roundings, whatever the tile:
/// <code>
/// for each stretch:  high, low = sums of field * digit, exact in 32 bits      the highest digit, and those below
///                    dot = fma(high, 2^16 or 2^12, low)
///                    sum = fma(scale * rowScale, dot, sum);  sum = fma(offset, rowSum, sum)      weights with offsets
///                    high -= zeroPoint * sumHigh, low likewise; sum as above, no offset          weights without
/// </code>
/// </remarks>
internal static unsafe class FloatTiles
{
    /// <summary>How far ahead weights are fetched: the processor's own prefetching stops at the page.</summary>
    private const int PrefetchBytes = 4096;

    /// <summary>One activation row and weights of 2 or 4 bits; <paramref name="result"/> receives sixteen sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RunFields1<TFormat>(byte* group, in BlockLayout layout, int* digits, float* result)
        where TFormat : struct, IFieldFormat
    {
        int vectors = FloatActivations.StretchVectors<TFormat>(layout);
        int fieldBytes = layout.FieldBytes;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(((1 << TFormat.Bits) - 1) * 0x01010101);
        new Span<float>(result, BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = layout.BlockCount; block > 0; block--)
        {
            byte* words = group;
            byte* scales = group + fieldBytes;
            do
            {
                Vector256<short> a0 = Vector256<short>.Zero, a1 = Vector256<short>.Zero;
                Vector256<short> b0 = Vector256<short>.Zero, b1 = Vector256<short>.Zero;
                Vector256<short> c0 = Vector256<short>.Zero, c1 = Vector256<short>.Zero;
                for (int vector = vectors; vector > 0; vector--)
                {
                    Prefetch(words);
                    Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                    Step(w0 & mask, w1 & mask, digits, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    if (typeof(TFormat) == typeof(TwoBits))
                    {
                        Step((w0 >>> 2) & mask, (w1 >>> 2) & mask, digits + 3, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                        Step((w0 >>> 4) & mask, (w1 >>> 4) & mask, digits + 6, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                        Step((w0 >>> 6) & mask, (w1 >>> 6) & mask, digits + 9, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                        digits += 12;
                    }
                    else
                    {
                        Step((w0 >>> 4) & mask, (w1 >>> 4) & mask, digits + 3, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                        digits += 6;
                    }

                    words += BlockLayout.VectorBytes;
                }

                BlockFactors factors = epilogue.Load(scales);
                Finish(factors, a0, a1, b0, b1, c0, c1, (StretchFactors*)digits, result);
                digits += StretchFactors.Words;
            }
            while (words < scales);

            Prefetch(words);
            group += layout.BlockBytes;
        }
    }

    /// <summary>Pairs of activation rows and weights of 2 or 4 bits; <paramref name="result"/> receives <c>[rows, 16]</c> sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RunFields2<TFormat>(byte* group, in BlockLayout layout, int* digits, int rows, float* result)
        where TFormat : struct, IFieldFormat
    {
        int vectors = FloatActivations.StretchVectors<TFormat>(layout);
        int next = FloatActivations.StretchWords<TFormat>(layout);
        int fieldBytes = layout.FieldBytes;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(((1 << TFormat.Bits) - 1) * 0x01010101);
        new Span<float>(result, rows * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = layout.BlockCount; block > 0; block--)
        {
            byte* stretch = group;
            byte* scales = group + fieldBytes;
            BlockFactors factors = epilogue.Load(scales);
            do
            {
                Prefetch(stretch, vectors);
                float* target = result;
                for (int row = rows; row > 0; row -= 2)
                {
                    byte* words = stretch;
                    int* x = digits;
                    Vector256<short> a0 = Vector256<short>.Zero, a1 = Vector256<short>.Zero;
                    Vector256<short> b0 = Vector256<short>.Zero, b1 = Vector256<short>.Zero;
                    Vector256<short> c0 = Vector256<short>.Zero, c1 = Vector256<short>.Zero;
                    Vector256<short> d0 = Vector256<short>.Zero, d1 = Vector256<short>.Zero;
                    Vector256<short> e0 = Vector256<short>.Zero, e1 = Vector256<short>.Zero;
                    Vector256<short> f0 = Vector256<short>.Zero, f1 = Vector256<short>.Zero;
                    for (int vector = vectors; vector > 0; vector--)
                    {
                        // The words are read again for every shift: held, they would push sums out of the registers.
                        Step2(Vector256.Load((int*)words) & mask, Vector256.Load((int*)(words + 32)) & mask, x, next, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1, ref e0, ref e1, ref f0, ref f1);
                        if (typeof(TFormat) == typeof(TwoBits))
                        {
                            Step2((Vector256.Load((int*)words) >>> 2) & mask, (Vector256.Load((int*)(words + 32)) >>> 2) & mask, x + 3, next, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1, ref e0, ref e1, ref f0, ref f1);
                            Step2((Vector256.Load((int*)words) >>> 4) & mask, (Vector256.Load((int*)(words + 32)) >>> 4) & mask, x + 6, next, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1, ref e0, ref e1, ref f0, ref f1);
                            Step2((Vector256.Load((int*)words) >>> 6) & mask, (Vector256.Load((int*)(words + 32)) >>> 6) & mask, x + 9, next, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1, ref e0, ref e1, ref f0, ref f1);
                            x += 12;
                        }
                        else
                        {
                            Step2((Vector256.Load((int*)words) >>> 4) & mask, (Vector256.Load((int*)(words + 32)) >>> 4) & mask, x + 3, next, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1, ref e0, ref e1, ref f0, ref f1);
                            x += 6;
                        }

                        words += BlockLayout.VectorBytes;
                    }

                    Finish(factors, a0, a1, b0, b1, c0, c1, (StretchFactors*)x, target);
                    Finish(factors, d0, d1, e0, e1, f0, f1, (StretchFactors*)(x + next), target + BlockQuantizedMatrix.GroupRows);
                    digits += 2 * next;
                    target += 2 * BlockQuantizedMatrix.GroupRows;
                }

                stretch += vectors * BlockLayout.VectorBytes;
            }
            while (stretch < scales);

            Prefetch(scales);
            group += layout.BlockBytes;
        }
    }

    /// <summary>One activation row and weights of 8 bits; <paramref name="result"/> receives sixteen sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RunBytes1(byte* group, in BlockLayout layout, int* digits, float* result)
    {
        int vectors = FloatActivations.StretchVectors<EightBits>(layout);
        int fieldBytes = layout.FieldBytes;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(0x00FF00FF);
        new Span<float>(result, BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = layout.BlockCount; block > 0; block--)
        {
            byte* words = group;
            byte* scales = group + fieldBytes;
            do
            {
                Vector256<int> low0 = Vector256<int>.Zero, low1 = Vector256<int>.Zero;
                Vector256<int> high0 = Vector256<int>.Zero, high1 = Vector256<int>.Zero;
                for (int vector = vectors; vector > 0; vector--)
                {
                    Prefetch(words);
                    Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                    Step((w0 & mask).AsInt16(), (w1 & mask).AsInt16(), digits, ref low0, ref low1, ref high0, ref high1);
                    Step(w0.AsInt16() >>> 8, w1.AsInt16() >>> 8, digits + 2, ref low0, ref low1, ref high0, ref high1);
                    digits += 4;
                    words += BlockLayout.VectorBytes;
                }

                BlockFactors factors = epilogue.Load(scales);
                Epilogue.Add(factors, high0, high1, low0, low1, 4096, (StretchFactors*)digits, result);
                digits += StretchFactors.Words;
            }
            while (words < scales);

            Prefetch(words);
            group += layout.BlockBytes;
        }
    }

    /// <summary>Pairs of activation rows and weights of 8 bits; <paramref name="result"/> receives <c>[rows, 16]</c> sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void RunBytes2(byte* group, in BlockLayout layout, int* digits, int rows, float* result)
    {
        int vectors = FloatActivations.StretchVectors<EightBits>(layout);
        int next = FloatActivations.StretchWords<EightBits>(layout);
        int fieldBytes = layout.FieldBytes;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(0x00FF00FF);
        new Span<float>(result, rows * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = layout.BlockCount; block > 0; block--)
        {
            byte* stretch = group;
            byte* scales = group + fieldBytes;
            BlockFactors factors = epilogue.Load(scales);
            do
            {
                Prefetch(stretch, vectors);
                float* target = result;
                for (int row = rows; row > 0; row -= 2)
                {
                    byte* words = stretch;
                    int* x = digits;
                    Vector256<int> a0 = Vector256<int>.Zero, a1 = Vector256<int>.Zero, b0 = Vector256<int>.Zero, b1 = Vector256<int>.Zero;
                    Vector256<int> c0 = Vector256<int>.Zero, c1 = Vector256<int>.Zero, d0 = Vector256<int>.Zero, d1 = Vector256<int>.Zero;
                    for (int vector = vectors; vector > 0; vector--)
                    {
                        Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                        Vector256<short> f0 = (w0 & mask).AsInt16(), f1 = (w1 & mask).AsInt16();
                        Step(f0, f1, x, ref a0, ref a1, ref b0, ref b1);
                        Step(f0, f1, x + next, ref c0, ref c1, ref d0, ref d1);
                        f0 = w0.AsInt16() >>> 8;
                        f1 = w1.AsInt16() >>> 8;
                        Step(f0, f1, x + 2, ref a0, ref a1, ref b0, ref b1);
                        Step(f0, f1, x + next + 2, ref c0, ref c1, ref d0, ref d1);
                        x += 4;
                        words += BlockLayout.VectorBytes;
                    }

                    Epilogue.Add(factors, b0, b1, a0, a1, 4096, (StretchFactors*)x, target);
                    Epilogue.Add(factors, d0, d1, c0, c1, 4096, (StretchFactors*)(x + next), target + BlockQuantizedMatrix.GroupRows);
                    digits += 2 * next;
                    target += 2 * BlockQuantizedMatrix.GroupRows;
                }

                stretch += vectors * BlockLayout.VectorBytes;
            }
            while (stretch < scales);

            Prefetch(scales);
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* words)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(words + PrefetchBytes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* words, int vectors)
    {
        for (; vectors > 0; vectors--)
        {
            Prefetch(words);
            words += BlockLayout.VectorBytes;
        }
    }

    /// <summary>One shift of fields times three digits, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        Vector256<int> w0, Vector256<int> w1, int* digits,
        ref Vector256<short> a0, ref Vector256<short> a1, ref Vector256<short> b0, ref Vector256<short> b1, ref Vector256<short> c0, ref Vector256<short> c1)
    {
        Vector256<int> x = Vector256.Create(digits[0]);
        a0 += DigitProducts.Bytes(w0, x);
        a1 += DigitProducts.Bytes(w1, x);
        x = Vector256.Create(digits[1]);
        b0 += DigitProducts.Bytes(w0, x);
        b1 += DigitProducts.Bytes(w1, x);
        x = Vector256.Create(digits[2]);
        c0 += DigitProducts.Bytes(w0, x);
        c1 += DigitProducts.Bytes(w1, x);
    }

    /// <summary>The same for two rows, whose digits lie <paramref name="next"/> words apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step2(
        Vector256<int> w0, Vector256<int> w1, int* digits, int next,
        ref Vector256<short> a0, ref Vector256<short> a1, ref Vector256<short> b0, ref Vector256<short> b1, ref Vector256<short> c0, ref Vector256<short> c1,
        ref Vector256<short> d0, ref Vector256<short> d1, ref Vector256<short> e0, ref Vector256<short> e1, ref Vector256<short> f0, ref Vector256<short> f1)
    {
        Step(w0, w1, digits, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
        Step(w0, w1, digits + next, ref d0, ref d1, ref e0, ref e1, ref f0, ref f1);
    }

    /// <summary>Half of the bytes times two digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        Vector256<short> w0, Vector256<short> w1, int* digits, ref Vector256<int> low0, ref Vector256<int> low1, ref Vector256<int> high0, ref Vector256<int> high1)
    {
        Vector256<short> x = Vector256.Create(digits[0]).AsInt16();
        low0 += DigitProducts.Pairs(w0, x);
        low1 += DigitProducts.Pairs(w1, x);
        x = Vector256.Create(digits[1]).AsInt16();
        high0 += DigitProducts.Pairs(w0, x);
        high1 += DigitProducts.Pairs(w1, x);
    }

    /// <summary>Adds up the 16-bit sums of three digits and carries them over into the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        in BlockFactors factors, Vector256<short> a0, Vector256<short> a1, Vector256<short> b0, Vector256<short> b1, Vector256<short> c0, Vector256<short> c1,
        StretchFactors* row, float* result)
    {
        Vector256<short> second = Vector256.Create((short)256);
        Vector256<int> low0 = DigitProducts.Pairs(a0, Vector256<short>.One) + DigitProducts.Pairs(b0, second);
        Vector256<int> low1 = DigitProducts.Pairs(a1, Vector256<short>.One) + DigitProducts.Pairs(b1, second);
        Epilogue.Add(factors, DigitProducts.Pairs(c0, Vector256<short>.One), DigitProducts.Pairs(c1, Vector256<short>.One), low0, low1, 65536, row, result);
    }
}
