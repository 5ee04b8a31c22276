using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Quantised weights times float activations: one group of sixteen output rows against a tile of 1, 2, 4 or 6 activation rows.
/// </summary>
/// <remarks>
/// What every kernel here computes for one output, in this order and with these roundings, whatever the tile:
/// <code>
/// for each block:  dot = 0;  for each column: dot = fma(field, activation, dot)
///                  sum = fma(scale, dot, sum);  sum = fma(offset, blockSum, sum)             weights with offsets
///                  sum = fma(scale, fma(-zeroPoint, blockSum, dot), sum)                     weights without
/// </code>
/// The chain of a block is as long as an FMA is slow, so a tile of one row takes three blocks abreast (six chains) and a larger one more rows.
/// </remarks>
internal static unsafe class FloatTiles
{
    /// <summary>How far ahead weights are fetched: the processor's own prefetching stops at the page.</summary>
    private const int PrefetchBytes = 4096;

    /// <summary>One activation row; <paramref name="result"/> receives sixteen sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run1<TFormat>(byte* group, in BlockLayout layout, float* tile, float* result)
        where TFormat : struct, IFieldFormat
    {
        int blockBytes = layout.BlockBytes;
        int blockSize = layout.BlockSize;
        int vectorCount = layout.VectorCount;
        float* sums = FloatActivations.Sums(tile, layout, 1);
        Epilogue epilogue = new(layout);
        int* masks = stackalloc int[32 / TFormat.Bits];
        Fields.Masks<TFormat>(masks);
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
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(a + PrefetchBytes);
                    Sse.Prefetch0(b + PrefetchBytes);
                    Sse.Prefetch0(c + PrefetchBytes);
                }

                Vector256<int> wa0 = Vector256.Load((int*)a), wa1 = Vector256.Load((int*)(a + 32));
                Vector256<int> wb0 = Vector256.Load((int*)b), wb1 = Vector256.Load((int*)(b + 32));
                Vector256<int> wc0 = Vector256.Load((int*)c), wc1 = Vector256.Load((int*)(c + 32));
                for (int field = 0; field < 32 / TFormat.Bits - 1; field++)
                {
                    Vector256<int> mask = Vector256.Create(masks[field]);
                    Vector256<float> ax = Vector256.Create(x[field]);
                    a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wa0 & mask), ax, a0);
                    a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wa1 & mask), ax, a1);
                    Vector256<float> bx = Vector256.Create(y[field]);
                    b0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wb0 & mask), bx, b0);
                    b1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wb1 & mask), bx, b1);
                    Vector256<float> cx = Vector256.Create(z[field]);
                    c0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wc0 & mask), cx, c0);
                    c1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wc1 & mask), cx, c1);
                }

                int last = 32 / TFormat.Bits - 1;
                Vector256<float> al = Vector256.Create(x[last]);
                a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wa0)), al, a0);
                a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wa1)), al, a1);
                Vector256<float> bl = Vector256.Create(y[last]);
                b0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wb0)), bl, b0);
                b1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wb1)), bl, b1);
                Vector256<float> cl = Vector256.Create(z[last]);
                c0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wc0)), cl, c0);
                c1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wc1)), cl, c1);
                a += BlockLayout.VectorBytes;
                b += BlockLayout.VectorBytes;
                c += BlockLayout.VectorBytes;
                x += 32 / TFormat.Bits;
                y += 32 / TFormat.Bits;
                z += 32 / TFormat.Bits;
            }

            if (Sse.IsSupported)
            {
                Sse.Prefetch0(a + PrefetchBytes);
                Sse.Prefetch0(b + PrefetchBytes);
                Sse.Prefetch0(c + PrefetchBytes);
            }

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
                for (int field = 0; field < 32 / TFormat.Bits - 1; field++)
                {
                    Vector256<int> mask = Vector256.Create(masks[field]);
                    Vector256<float> ax = Vector256.Create(x[field]);
                    a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wa0 & mask), ax, a0);
                    a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(wa1 & mask), ax, a1);
                }

                Vector256<float> al = Vector256.Create(x[32 / TFormat.Bits - 1]);
                a0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wa0)), al, a0);
                a1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(Fields.Last<TFormat>(wa1)), al, a1);
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

    /// <summary>Two activation rows; <paramref name="result"/> receives <c>[2, 16]</c> sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run2<TFormat>(byte* group, in BlockLayout layout, float* tile, float* result)
        where TFormat : struct, IFieldFormat
    {
        int vectorCount = layout.VectorCount;
        float* sums = FloatActivations.Sums(tile, layout, 2);
        Epilogue epilogue = new(layout);
        int* masks = stackalloc int[32 / TFormat.Bits];
        Fields.Masks<TFormat>(masks);
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

                for (int field = 0; field < 32 / TFormat.Bits - 1; field++)
                {
                    Vector256<int> mask = Vector256.Create(masks[field]);
                    Vector256<float> f0 = Vector256.ConvertToSingle(mask & Vector256.Load((int*)words));
                    Vector256<float> f1 = Vector256.ConvertToSingle(mask & Vector256.Load((int*)(words + 32)));
                    Step(f0, f1, tile, ref d00, ref d01, ref d10, ref d11);
                    tile += 2;
                }

                Vector256<float> l0 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)words)));
                Vector256<float> l1 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)(words + 32))));
                Step(l0, l1, tile, ref d00, ref d01, ref d10, ref d11);
                tile += 2;
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
        int* masks = stackalloc int[32 / TFormat.Bits];
        Fields.Masks<TFormat>(masks);
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

                for (int field = 0; field < 32 / TFormat.Bits - 1; field++)
                {
                    Vector256<int> mask = Vector256.Create(masks[field]);
                    Vector256<float> f0 = Vector256.ConvertToSingle(mask & Vector256.Load((int*)words));
                    Vector256<float> f1 = Vector256.ConvertToSingle(mask & Vector256.Load((int*)(words + 32)));
                    Step(f0, f1, tile, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                    tile += 4;
                }

                Vector256<float> l0 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)words)));
                Vector256<float> l1 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)(words + 32))));
                Step(l0, l1, tile, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31);
                tile += 4;
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

    /// <summary>Six activation rows; <paramref name="result"/> receives <c>[6, 16]</c> sums.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run6<TFormat>(byte* group, in BlockLayout layout, float* tile, float* result)
        where TFormat : struct, IFieldFormat
    {
        int vectorCount = layout.VectorCount;
        float* sums = FloatActivations.Sums(tile, layout, 6);
        Epilogue epilogue = new(layout);
        int* masks = stackalloc int[32 / TFormat.Bits];
        Fields.Masks<TFormat>(masks);
        new Span<float>(result, 6 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<float> d00 = Vector256<float>.Zero, d01 = Vector256<float>.Zero;
            Vector256<float> d10 = Vector256<float>.Zero, d11 = Vector256<float>.Zero;
            Vector256<float> d20 = Vector256<float>.Zero, d21 = Vector256<float>.Zero;
            Vector256<float> d30 = Vector256<float>.Zero, d31 = Vector256<float>.Zero;
            Vector256<float> d40 = Vector256<float>.Zero, d41 = Vector256<float>.Zero;
            Vector256<float> d50 = Vector256<float>.Zero, d51 = Vector256<float>.Zero;
            for (int vector = 0; vector < vectorCount; vector++)
            {
                for (int field = 0; field < 32 / TFormat.Bits - 1; field++)
                {
                    Vector256<int> mask = Vector256.Create(masks[field]);
                    Vector256<float> f0 = Vector256.ConvertToSingle(mask & Vector256.Load((int*)words));
                    Vector256<float> f1 = Vector256.ConvertToSingle(mask & Vector256.Load((int*)(words + 32)));
                    Step(f0, f1, tile, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31, ref d40, ref d41, ref d50, ref d51);
                    tile += 6;
                }

                Vector256<float> l0 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)words)));
                Vector256<float> l1 = Vector256.ConvertToSingle(Fields.Last<TFormat>(Vector256.Load((int*)(words + 32))));
                Step(l0, l1, tile, ref d00, ref d01, ref d10, ref d11, ref d20, ref d21, ref d30, ref d31, ref d40, ref d41, ref d50, ref d51);
                tile += 6;
                words += BlockLayout.VectorBytes;
            }

            BlockFactors factors = epilogue.Load(words);
            if (factors.HasOffsets)
            {
                Epilogue.AddWithOffsets(factors, d00, d01, sums[0], result);
                Epilogue.AddWithOffsets(factors, d10, d11, sums[1], result + 16);
                Epilogue.AddWithOffsets(factors, d20, d21, sums[2], result + 32);
                Epilogue.AddWithOffsets(factors, d30, d31, sums[3], result + 48);
                Epilogue.AddWithOffsets(factors, d40, d41, sums[4], result + 64);
                Epilogue.AddWithOffsets(factors, d50, d51, sums[5], result + 80);
            }
            else
            {
                epilogue.AddWithZeroPoint(factors, d00, d01, sums[0], result);
                epilogue.AddWithZeroPoint(factors, d10, d11, sums[1], result + 16);
                epilogue.AddWithZeroPoint(factors, d20, d21, sums[2], result + 32);
                epilogue.AddWithZeroPoint(factors, d30, d31, sums[3], result + 48);
                epilogue.AddWithZeroPoint(factors, d40, d41, sums[4], result + 64);
                epilogue.AddWithZeroPoint(factors, d50, d51, sums[5], result + 80);
            }

            sums += 6;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(Vector256<float> f0, Vector256<float> f1, float* tile, ref Vector256<float> d00, ref Vector256<float> d01, ref Vector256<float> d10, ref Vector256<float> d11, ref Vector256<float> d20, ref Vector256<float> d21, ref Vector256<float> d30, ref Vector256<float> d31, ref Vector256<float> d40, ref Vector256<float> d41, ref Vector256<float> d50, ref Vector256<float> d51)
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
        x = Vector256.Create(tile[4]);
        d40 = Vector256.FusedMultiplyAdd(f0, x, d40);
        d41 = Vector256.FusedMultiplyAdd(f1, x, d41);
        x = Vector256.Create(tile[5]);
        d50 = Vector256.FusedMultiplyAdd(f0, x, d50);
        d51 = Vector256.FusedMultiplyAdd(f1, x, d51);
    }
}
