using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Quantised weights times float activations: one group of sixteen output rows against a tile of 1, 2 or 4 activation rows.
/// </summary>
/// <remarks>
/// What every kernel here computes for one output, in this order and with these roundings, whatever the tile:
/// <code>
/// for each block:  dot = 0;  for each column: dot = fma(field, activation, dot)
///                  sum = fma(scale, dot, sum);  sum = fma(offset, blockSum, sum)             weights with offsets
///                  sum = fma(scale, fma(-zeroPoint, blockSum, dot), sum)                     weights without
/// </code>
/// The chain of a block is as long as an FMA is slow, so a tile of one row takes three blocks abreast (six chains); four rows are
/// eight. A tile of six would leave no registers for unrolling, and is slower.
/// </remarks>
internal static unsafe class FloatTiles
{
    /// <summary>How far ahead weights are fetched: the processor's own prefetching stops at the page.</summary>
    private const int PrefetchBytes = 4096;

    /// <summary>One activation row; <paramref name="result"/> receives sixteen sums.</summary>
    /// <remarks>The fields are spelled out: loops of three and seven turns mispredict as often as they end.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run1<TFormat>(byte* group, in BlockLayout layout, float* tile, float* result)
        where TFormat : struct, IFieldFormat
    {
        int blockBytes = layout.BlockBytes;
        int blockSize = layout.BlockSize;
        int vectorCount = layout.VectorCount;
        float* sums = FloatActivations.Sums(tile, layout, 1);
        Epilogue epilogue = new(layout);
        Vector256<float> s0 = Vector256<float>.Zero;
        Vector256<float> s1 = Vector256<float>.Zero;
        int block = 0;
        for (; block + 3 <= layout.BlockCount; block += 3)
        {
            byte* a = group;
            byte* b = a + blockBytes;
            byte* c = b + blockBytes;
            float* x = tile;
            float* y = x + blockSize;
            float* z = y + blockSize;
            Vector256<float> a0 = Vector256<float>.Zero, a1 = Vector256<float>.Zero;
            Vector256<float> b0 = Vector256<float>.Zero, b1 = Vector256<float>.Zero;
            Vector256<float> c0 = Vector256<float>.Zero, c1 = Vector256<float>.Zero;
            for (int vector = 0; vector < vectorCount; vector++)
            {
                Prefetch(a, b, c);
                Vector256<int> wa0 = Vector256.Load((int*)a), wa1 = Vector256.Load((int*)(a + 32));
                Vector256<int> wb0 = Vector256.Load((int*)b), wb1 = Vector256.Load((int*)(b + 32));
                Vector256<int> wc0 = Vector256.Load((int*)c), wc1 = Vector256.Load((int*)(c + 32));
                if (typeof(TFormat) == typeof(FourBits))
                {
                    Step3(Vector256.Create(0xF), x, y, z, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    Step3(Vector256.Create(0xF0), x + 1, y + 1, z + 1, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    Step3(Vector256.Create(0xF00), x + 2, y + 2, z + 2, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    Step3(Vector256.Create(0xF000), x + 3, y + 3, z + 3, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    Step3(Vector256.Create(0xF0000), x + 4, y + 4, z + 4, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    Step3(Vector256.Create(0xF00000), x + 5, y + 5, z + 5, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    Step3(Vector256.Create(0xF000000), x + 6, y + 6, z + 6, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                }
                else if (typeof(TFormat) == typeof(EightBits))
                {
                    Step3(Vector256.Create(0xFF), x, y, z, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    Step3(Vector256.Create(0xFF00), x + 1, y + 1, z + 1, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    Step3(Vector256.Create(0xFF0000), x + 2, y + 2, z + 2, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                }
                else
                {
                    for (int field = 0; field < 15; field++)
                    {
                        Step3(Vector256.Create(3 << (2 * field)), x + field, y + field, z + field, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                    }
                }

                Last3<TFormat>(x, y, z, wa0, wa1, wb0, wb1, wc0, wc1, ref a0, ref a1, ref b0, ref b1, ref c0, ref c1);
                a += BlockLayout.VectorBytes;
                b += BlockLayout.VectorBytes;
                c += BlockLayout.VectorBytes;
                x += 32 / TFormat.Bits;
                y += 32 / TFormat.Bits;
                z += 32 / TFormat.Bits;
            }

            Prefetch(a, b, c);
            epilogue.Add(a, a0, a1, sums[block], ref s0, ref s1);
            epilogue.Add(b, b0, b1, sums[block + 1], ref s0, ref s1);
            epilogue.Add(c, c0, c1, sums[block + 2], ref s0, ref s1);
            group += 3 * blockBytes;
            tile += 3 * blockSize;
        }

        for (; block < layout.BlockCount; block++)
        {
            byte* a = group;
            float* x = tile;
            Vector256<float> a0 = Vector256<float>.Zero, a1 = Vector256<float>.Zero;
            for (int vector = 0; vector < vectorCount; vector++)
            {
                Vector256<int> wa0 = Vector256.Load((int*)a), wa1 = Vector256.Load((int*)(a + 32));
                if (typeof(TFormat) == typeof(FourBits))
                {
                    Step1(Vector256.Create(0xF), x, wa0, wa1, ref a0, ref a1);
                    Step1(Vector256.Create(0xF0), x + 1, wa0, wa1, ref a0, ref a1);
                    Step1(Vector256.Create(0xF00), x + 2, wa0, wa1, ref a0, ref a1);
                    Step1(Vector256.Create(0xF000), x + 3, wa0, wa1, ref a0, ref a1);
                    Step1(Vector256.Create(0xF0000), x + 4, wa0, wa1, ref a0, ref a1);
                    Step1(Vector256.Create(0xF00000), x + 5, wa0, wa1, ref a0, ref a1);
                    Step1(Vector256.Create(0xF000000), x + 6, wa0, wa1, ref a0, ref a1);
                }
                else if (typeof(TFormat) == typeof(EightBits))
                {
                    Step1(Vector256.Create(0xFF), x, wa0, wa1, ref a0, ref a1);
                    Step1(Vector256.Create(0xFF00), x + 1, wa0, wa1, ref a0, ref a1);
                    Step1(Vector256.Create(0xFF0000), x + 2, wa0, wa1, ref a0, ref a1);
                }
                else
                {
                    for (int field = 0; field < 15; field++)
                    {
                        Step1(Vector256.Create(3 << (2 * field)), x + field, wa0, wa1, ref a0, ref a1);
                    }
                }

                Vector256<float> last = Vector256.Create(x[32 / TFormat.Bits - 1]);
                a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wa0)), last, a0);
                a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wa1)), last, a1);
                a += BlockLayout.VectorBytes;
                x += 32 / TFormat.Bits;
            }

            epilogue.Add(a, a0, a1, sums[block], ref s0, ref s1);
            group += blockBytes;
            tile += blockSize;
        }

        s0.Store(result);
        s1.Store(result + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* a, byte* b, byte* c)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(a + PrefetchBytes);
            Sse.Prefetch0(b + PrefetchBytes);
            Sse.Prefetch0(c + PrefetchBytes);
        }
    }

    /// <summary>One field of a word of each of three blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step3(
        Vector256<int> mask, float* x, float* y, float* z,
        Vector256<int> wa0, Vector256<int> wa1, Vector256<int> wb0, Vector256<int> wb1, Vector256<int> wc0, Vector256<int> wc1,
        ref Vector256<float> a0, ref Vector256<float> a1, ref Vector256<float> b0, ref Vector256<float> b1, ref Vector256<float> c0, ref Vector256<float> c1)
    {
        Vector256<float> ax = Vector256.Create(*x);
        a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wa0 & mask), ax, a0);
        a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wa1 & mask), ax, a1);
        Vector256<float> bx = Vector256.Create(*y);
        b0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wb0 & mask), bx, b0);
        b1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wb1 & mask), bx, b1);
        Vector256<float> cx = Vector256.Create(*z);
        c0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wc0 & mask), cx, c0);
        c1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wc1 & mask), cx, c1);
    }

    /// <summary>The highest field of a word of each of three blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Last3<TFormat>(
        float* x, float* y, float* z,
        Vector256<int> wa0, Vector256<int> wa1, Vector256<int> wb0, Vector256<int> wb1, Vector256<int> wc0, Vector256<int> wc1,
        ref Vector256<float> a0, ref Vector256<float> a1, ref Vector256<float> b0, ref Vector256<float> b1, ref Vector256<float> c0, ref Vector256<float> c1)
        where TFormat : struct, IFieldFormat
    {
        Vector256<float> ax = Vector256.Create(x[32 / TFormat.Bits - 1]);
        a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wa0)), ax, a0);
        a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wa1)), ax, a1);
        Vector256<float> bx = Vector256.Create(y[32 / TFormat.Bits - 1]);
        b0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wb0)), bx, b0);
        b1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wb1)), bx, b1);
        Vector256<float> cx = Vector256.Create(z[32 / TFormat.Bits - 1]);
        c0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wc0)), cx, c0);
        c1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wc1)), cx, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step1(Vector256<int> mask, float* x, Vector256<int> w0, Vector256<int> w1, ref Vector256<float> d0, ref Vector256<float> d1)
    {
        Vector256<float> ax = Vector256.Create(*x);
        d0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(w0 & mask), ax, d0);
        d1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(w1 & mask), ax, d1);
    }

    /// <summary>Two activation rows; <paramref name="result"/> receives <c>[2, 16]</c> sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run2<TFormat>(byte* group, in BlockLayout layout, float* tile, float* result)
        where TFormat : struct, IFieldFormat
    {
        int vectorCount = layout.VectorCount;
        float* sums = FloatActivations.Sums(tile, layout, 2);
        Epilogue epilogue = new(layout);
        new Span<float>(result, 2 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<float> d00 = Vector256<float>.Zero, d01 = Vector256<float>.Zero;
            Vector256<float> d10 = Vector256<float>.Zero, d11 = Vector256<float>.Zero;
            for (int vector = 0; vector < vectorCount; vector++)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(words + PrefetchBytes);
                }

                if (typeof(TFormat) == typeof(FourBits))
                {
                    Field(Vector256.Create(0xF), words, tile, ref d00, ref d01, ref d10, ref d11);
                    Field(Vector256.Create(0xF0), words, tile + 2, ref d00, ref d01, ref d10, ref d11);
                    Field(Vector256.Create(0xF00), words, tile + 4, ref d00, ref d01, ref d10, ref d11);
                    Field(Vector256.Create(0xF000), words, tile + 6, ref d00, ref d01, ref d10, ref d11);
                    Field(Vector256.Create(0xF0000), words, tile + 8, ref d00, ref d01, ref d10, ref d11);
                    Field(Vector256.Create(0xF00000), words, tile + 10, ref d00, ref d01, ref d10, ref d11);
                    Field(Vector256.Create(0xF000000), words, tile + 12, ref d00, ref d01, ref d10, ref d11);
                }
                else if (typeof(TFormat) == typeof(EightBits))
                {
                    Field(Vector256.Create(0xFF), words, tile, ref d00, ref d01, ref d10, ref d11);
                    Field(Vector256.Create(0xFF00), words, tile + 2, ref d00, ref d01, ref d10, ref d11);
                    Field(Vector256.Create(0xFF0000), words, tile + 4, ref d00, ref d01, ref d10, ref d11);
                }
                else
                {
                    for (int field = 0; field < 15; field++)
                    {
                        Field(Vector256.Create(3 << (2 * field)), words, tile + 2 * field, ref d00, ref d01, ref d10, ref d11);
                    }
                }

                Vector256<float> last0 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)words)));
                Vector256<float> last1 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)(words + 32))));
                Step(last0, last1, tile + 2 * (32 / TFormat.Bits - 1), ref d00, ref d01, ref d10, ref d11);
                tile += 2 * 32 / TFormat.Bits;
                words += BlockLayout.VectorBytes;
            }

            BlockFactors factors = epilogue.Load(words);
            if (factors.HasOffsets)
            {
                Epilogue.AddWithOffsets(factors, d00, d01, sums[0], result);
                Epilogue.AddWithOffsets(factors, d10, d11, sums[1], result + 16);
            }
            else
            {
                epilogue.AddWithZeroPoint(factors, d00, d01, sums[0], result);
                epilogue.AddWithZeroPoint(factors, d10, d11, sums[1], result + 16);
            }

            sums += 2;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Field(Vector256<int> mask, byte* words, float* tile, ref Vector256<float> d00, ref Vector256<float> d01, ref Vector256<float> d10, ref Vector256<float> d11) =>
        Step(
            Vector256.ConvertToSingle(mask & Vector256.Load((int*)words)), Vector256.ConvertToSingle(mask & Vector256.Load((int*)(words + 32))),
            tile, ref d00, ref d01, ref d10, ref d11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(Vector256<float> f0, Vector256<float> f1, float* tile, ref Vector256<float> d00, ref Vector256<float> d01, ref Vector256<float> d10, ref Vector256<float> d11)
    {
        Vector256<float> x = Vector256.Create(tile[0]);
        d00 = Vector256.FusedMultiplyAdd(f0, x, d00);
        d01 = Vector256.FusedMultiplyAdd(f1, x, d01);
        x = Vector256.Create(tile[1]);
        d10 = Vector256.FusedMultiplyAdd(f0, x, d10);
        d11 = Vector256.FusedMultiplyAdd(f1, x, d11);
    }

    /// <summary>Four activation rows; <paramref name="result"/> receives <c>[4, 16]</c> sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run4<TFormat>(byte* group, in BlockLayout layout, float* tile, float* result)
        where TFormat : struct, IFieldFormat
    {
        int vectorCount = layout.VectorCount;
        float* sums = FloatActivations.Sums(tile, layout, 4);
        Epilogue epilogue = new(layout);
        new Span<float>(result, 4 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<float> d00 = Vector256<float>.Zero, d01 = Vector256<float>.Zero;
            Vector256<float> d10 = Vector256<float>.Zero, d11 = Vector256<float>.Zero;
            Vector256<float> d20 = Vector256<float>.Zero, d21 = Vector256<float>.Zero;
            Vector256<float> d30 = Vector256<float>.Zero, d31 = Vector256<float>.Zero;
            for (int vector = 0; vector < vectorCount; vector++)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(words + PrefetchBytes);
                }

                if (typeof(TFormat) == typeof(FourBits))
                {
                    Field(Vector256.Create(0xF), words, tile, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    Field(Vector256.Create(0xF0), words, tile + 4, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    Field(Vector256.Create(0xF00), words, tile + 8, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    Field(Vector256.Create(0xF000), words, tile + 12, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    Field(Vector256.Create(0xF0000), words, tile + 16, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    Field(Vector256.Create(0xF00000), words, tile + 20, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    Field(Vector256.Create(0xF000000), words, tile + 24, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                }
                else if (typeof(TFormat) == typeof(EightBits))
                {
                    Field(Vector256.Create(0xFF), words, tile, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    Field(Vector256.Create(0xFF00), words, tile + 4, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    Field(Vector256.Create(0xFF0000), words, tile + 8, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                }
                else
                {
                    for (int field = 0; field < 15; field++)
                    {
                        Field(Vector256.Create(3 << (2 * field)), words, tile + 4 * field, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    }
                }

                Vector256<float> last0 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)words)));
                Vector256<float> last1 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)(words + 32))));
                Step(last0, last1, tile + 4 * (32 / TFormat.Bits - 1), ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                tile += 4 * 32 / TFormat.Bits;
                words += BlockLayout.VectorBytes;
            }

            BlockFactors factors = epilogue.Load(words);
            if (factors.HasOffsets)
            {
                Epilogue.AddWithOffsets(factors, d00, d01, sums[0], result);
                Epilogue.AddWithOffsets(factors, d10, d11, sums[1], result + 16);
                Epilogue.AddWithOffsets(factors, d20, d21, sums[2], result + 32);
                Epilogue.AddWithOffsets(factors, d30, d31, sums[3], result + 48);
            }
            else
            {
                epilogue.AddWithZeroPoint(factors, d00, d01, sums[0], result);
                epilogue.AddWithZeroPoint(factors, d10, d11, sums[1], result + 16);
                epilogue.AddWithZeroPoint(factors, d20, d21, sums[2], result + 32);
                epilogue.AddWithZeroPoint(factors, d30, d31, sums[3], result + 48);
            }

            sums += 4;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Field(Vector256<int> mask, byte* words, float* tile, ref Vector256<float> d00, ref Vector256<float> d01, ref Vector256<float> d10, ref Vector256<float> d11, ref Vector256<float> d20, ref Vector256<float> d21, ref Vector256<float> d30, ref Vector256<float> d31) =>
        Step(
            Vector256.ConvertToSingle(mask & Vector256.Load((int*)words)), Vector256.ConvertToSingle(mask & Vector256.Load((int*)(words + 32))),
            tile, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(Vector256<float> f0, Vector256<float> f1, float* tile, ref Vector256<float> d00, ref Vector256<float> d01, ref Vector256<float> d10, ref Vector256<float> d11, ref Vector256<float> d20, ref Vector256<float> d21, ref Vector256<float> d30, ref Vector256<float> d31)
    {
        Vector256<float> x = Vector256.Create(tile[0]);
        d00 = Vector256.FusedMultiplyAdd(f0, x, d00);
        d01 = Vector256.FusedMultiplyAdd(f1, x, d01);
        x = Vector256.Create(tile[1]);
        d10 = Vector256.FusedMultiplyAdd(f0, x, d10);
        d11 = Vector256.FusedMultiplyAdd(f1, x, d11);
        x = Vector256.Create(tile[2]);
        d20 = Vector256.FusedMultiplyAdd(f0, x, d20);
        d21 = Vector256.FusedMultiplyAdd(f1, x, d21);
        x = Vector256.Create(tile[3]);
        d30 = Vector256.FusedMultiplyAdd(f0, x, d30);
        d31 = Vector256.FusedMultiplyAdd(f1, x, d31);
    }
}
