using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Quantised weights times 8-bit activations: one group of sixteen output rows against a tile of 1, 2 or 4 activation rows. The products of
/// a block add up exactly, in integers; what follows is float, in one order:
/// <code>
/// sum = fma(scale * rowScale, dot, sum);  sum = fma(offset, rowScale * blockSum, sum)      weights with offsets
/// sum = fma(scale * rowScale, dot - zeroPoint * blockSum, sum)                             weights without
/// </code>
/// </summary>
internal static unsafe class Int8Tiles
{
    /// <summary>
    /// Vectors of fields whose products fit 16 bits in one lane. Four bits: 4 vectors of 2 * 2 products of at most 15 * 127, 30480; two bits: 4
    /// vectors of 4 * 2 products of at most 3 * 127, 12192.
    /// </summary>
    private const int FlushVectors = 4;

    private const int PrefetchBytes = 4096;

    /// <summary>Weights of 2 or 4 bits.</summary>
    public static void RunFields<TFormat>(byte* group, in BlockLayout layout, byte* tile, int tileRows, float* sums)
        where TFormat : struct, IFieldFormat
    {
        switch (tileRows)
        {
            case 1:
                RunFields1<TFormat>(group, layout, tile, sums);
                break;
            case 2:
                RunFields2<TFormat>(group, layout, tile, sums);
                break;
            default:
                RunFields4<TFormat>(group, layout, tile, sums);
                break;
        }
    }

    /// <summary>Weights of 8 bits. They are widened to 16 first: pairs of 8-bit products would not fit, and a saturating sum would not be exact.</summary>
    public static void RunBytes(byte* group, in BlockLayout layout, byte* tile, int tileRows, float* sums)
    {
        switch (tileRows)
        {
            case 1:
                RunBytes1(group, layout, tile, sums);
                break;
            case 2:
                RunBytes2(group, layout, tile, sums);
                break;
            default:
                RunBytes4(group, layout, tile, sums);
                break;
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
    private static void Step(Vector256<byte> f0, Vector256<byte> f1, int* packed, ref Vector256<short> h00, ref Vector256<short> h01)
    {
        Vector256<sbyte> x = Vector256.Create(packed[0]).AsSByte();
        h00 += IntegerDot.Bytes(f0, x);
        h01 += IntegerDot.Bytes(f1, x);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunFields1<TFormat>(byte* group, in BlockLayout layout, byte* tile, float* sums)
        where TFormat : struct, IFieldFormat
    {
        int vectorCount = layout.VectorCount;
        int* packed = (int*)tile;
        float* scales = Int8Activations.Scales(tile, layout, 1);
        int* blockSums = (int*)scales + layout.BlockCount * 1;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(((1 << TFormat.Bits) - 1) * 0x01010101);
        new Span<float>(sums, 1 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<int> i00 = Vector256<int>.Zero, i01 = Vector256<int>.Zero;
            for (int first = 0; first < vectorCount; first += FlushVectors)
            {
                Vector256<short> h00 = Vector256<short>.Zero, h01 = Vector256<short>.Zero;
                for (int vector = Math.Min(FlushVectors, vectorCount - first); vector > 0; vector--)
                {
                    Prefetch(words);
                    Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                    Step((w0 & mask).AsByte(), (w1 & mask).AsByte(), packed, ref h00, ref h01);
                    Step(Fields.At<TFormat>(w0, 1, mask), Fields.At<TFormat>(w1, 1, mask), packed + 1, ref h00, ref h01);
                    if (typeof(TFormat) == typeof(TwoBits))
                    {
                        Step(Fields.At<TFormat>(w0, 2, mask), Fields.At<TFormat>(w1, 2, mask), packed + 2, ref h00, ref h01);
                        Step(Fields.At<TFormat>(w0, 3, mask), Fields.At<TFormat>(w1, 3, mask), packed + 3, ref h00, ref h01);
                    }

                    packed += 1 * 8 / TFormat.Bits;
                    words += BlockLayout.VectorBytes;
                }

                i00 += IntegerDot.Widen(h00);
                i01 += IntegerDot.Widen(h01);
            }

            BlockFactors factors = epilogue.Load(words);
            epilogue.AddInteger(factors, i00, i01, scales[0], blockSums[0], sums);
            scales += 1;
            blockSums += 1;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(Vector256<byte> f0, Vector256<byte> f1, int* packed, ref Vector256<short> h00, ref Vector256<short> h01, ref Vector256<short> h10, ref Vector256<short> h11)
    {
        Vector256<sbyte> x = Vector256.Create(packed[0]).AsSByte();
        h00 += IntegerDot.Bytes(f0, x);
        h01 += IntegerDot.Bytes(f1, x);
        x = Vector256.Create(packed[1]).AsSByte();
        h10 += IntegerDot.Bytes(f0, x);
        h11 += IntegerDot.Bytes(f1, x);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunFields2<TFormat>(byte* group, in BlockLayout layout, byte* tile, float* sums)
        where TFormat : struct, IFieldFormat
    {
        int vectorCount = layout.VectorCount;
        int* packed = (int*)tile;
        float* scales = Int8Activations.Scales(tile, layout, 2);
        int* blockSums = (int*)scales + layout.BlockCount * 2;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(((1 << TFormat.Bits) - 1) * 0x01010101);
        new Span<float>(sums, 2 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<int> i00 = Vector256<int>.Zero, i01 = Vector256<int>.Zero;
            Vector256<int> i10 = Vector256<int>.Zero, i11 = Vector256<int>.Zero;
            for (int first = 0; first < vectorCount; first += FlushVectors)
            {
                Vector256<short> h00 = Vector256<short>.Zero, h01 = Vector256<short>.Zero;
                Vector256<short> h10 = Vector256<short>.Zero, h11 = Vector256<short>.Zero;
                for (int vector = Math.Min(FlushVectors, vectorCount - first); vector > 0; vector--)
                {
                    Prefetch(words);
                    Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                    Step((w0 & mask).AsByte(), (w1 & mask).AsByte(), packed, ref h00, ref h01, ref h10, ref h11);
                    Step(Fields.At<TFormat>(w0, 1, mask), Fields.At<TFormat>(w1, 1, mask), packed + 2, ref h00, ref h01, ref h10, ref h11);
                    if (typeof(TFormat) == typeof(TwoBits))
                    {
                        Step(Fields.At<TFormat>(w0, 2, mask), Fields.At<TFormat>(w1, 2, mask), packed + 4, ref h00, ref h01, ref h10, ref h11);
                        Step(Fields.At<TFormat>(w0, 3, mask), Fields.At<TFormat>(w1, 3, mask), packed + 6, ref h00, ref h01, ref h10, ref h11);
                    }

                    packed += 2 * 8 / TFormat.Bits;
                    words += BlockLayout.VectorBytes;
                }

                i00 += IntegerDot.Widen(h00);
                i01 += IntegerDot.Widen(h01);
                i10 += IntegerDot.Widen(h10);
                i11 += IntegerDot.Widen(h11);
            }

            BlockFactors factors = epilogue.Load(words);
            epilogue.AddInteger(factors, i00, i01, scales[0], blockSums[0], sums);
            epilogue.AddInteger(factors, i10, i11, scales[1], blockSums[1], sums + 16);
            scales += 2;
            blockSums += 2;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(Vector256<byte> f0, Vector256<byte> f1, int* packed, ref Vector256<short> h00, ref Vector256<short> h01, ref Vector256<short> h10, ref Vector256<short> h11, ref Vector256<short> h20, ref Vector256<short> h21, ref Vector256<short> h30, ref Vector256<short> h31)
    {
        Vector256<sbyte> x = Vector256.Create(packed[0]).AsSByte();
        h00 += IntegerDot.Bytes(f0, x);
        h01 += IntegerDot.Bytes(f1, x);
        x = Vector256.Create(packed[1]).AsSByte();
        h10 += IntegerDot.Bytes(f0, x);
        h11 += IntegerDot.Bytes(f1, x);
        x = Vector256.Create(packed[2]).AsSByte();
        h20 += IntegerDot.Bytes(f0, x);
        h21 += IntegerDot.Bytes(f1, x);
        x = Vector256.Create(packed[3]).AsSByte();
        h30 += IntegerDot.Bytes(f0, x);
        h31 += IntegerDot.Bytes(f1, x);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunFields4<TFormat>(byte* group, in BlockLayout layout, byte* tile, float* sums)
        where TFormat : struct, IFieldFormat
    {
        int vectorCount = layout.VectorCount;
        int* packed = (int*)tile;
        float* scales = Int8Activations.Scales(tile, layout, 4);
        int* blockSums = (int*)scales + layout.BlockCount * 4;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(((1 << TFormat.Bits) - 1) * 0x01010101);
        new Span<float>(sums, 4 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<int> i00 = Vector256<int>.Zero, i01 = Vector256<int>.Zero;
            Vector256<int> i10 = Vector256<int>.Zero, i11 = Vector256<int>.Zero;
            Vector256<int> i20 = Vector256<int>.Zero, i21 = Vector256<int>.Zero;
            Vector256<int> i30 = Vector256<int>.Zero, i31 = Vector256<int>.Zero;
            for (int first = 0; first < vectorCount; first += FlushVectors)
            {
                Vector256<short> h00 = Vector256<short>.Zero, h01 = Vector256<short>.Zero;
                Vector256<short> h10 = Vector256<short>.Zero, h11 = Vector256<short>.Zero;
                Vector256<short> h20 = Vector256<short>.Zero, h21 = Vector256<short>.Zero;
                Vector256<short> h30 = Vector256<short>.Zero, h31 = Vector256<short>.Zero;
                for (int vector = Math.Min(FlushVectors, vectorCount - first); vector > 0; vector--)
                {
                    Prefetch(words);
                    Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                    Step((w0 & mask).AsByte(), (w1 & mask).AsByte(), packed, ref h00, ref h01, ref h10, ref h11, ref h20, ref h21, ref h30, ref h31);
                    Step(Fields.At<TFormat>(w0, 1, mask), Fields.At<TFormat>(w1, 1, mask), packed + 4, ref h00, ref h01, ref h10, ref h11, ref h20, ref h21, ref h30, ref h31);
                    if (typeof(TFormat) == typeof(TwoBits))
                    {
                        Step(Fields.At<TFormat>(w0, 2, mask), Fields.At<TFormat>(w1, 2, mask), packed + 8, ref h00, ref h01, ref h10, ref h11, ref h20, ref h21, ref h30, ref h31);
                        Step(Fields.At<TFormat>(w0, 3, mask), Fields.At<TFormat>(w1, 3, mask), packed + 12, ref h00, ref h01, ref h10, ref h11, ref h20, ref h21, ref h30, ref h31);
                    }

                    packed += 4 * 8 / TFormat.Bits;
                    words += BlockLayout.VectorBytes;
                }

                i00 += IntegerDot.Widen(h00);
                i01 += IntegerDot.Widen(h01);
                i10 += IntegerDot.Widen(h10);
                i11 += IntegerDot.Widen(h11);
                i20 += IntegerDot.Widen(h20);
                i21 += IntegerDot.Widen(h21);
                i30 += IntegerDot.Widen(h30);
                i31 += IntegerDot.Widen(h31);
            }

            BlockFactors factors = epilogue.Load(words);
            epilogue.AddInteger(factors, i00, i01, scales[0], blockSums[0], sums);
            epilogue.AddInteger(factors, i10, i11, scales[1], blockSums[1], sums + 16);
            epilogue.AddInteger(factors, i20, i21, scales[2], blockSums[2], sums + 32);
            epilogue.AddInteger(factors, i30, i31, scales[3], blockSums[3], sums + 48);
            scales += 4;
            blockSums += 4;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunBytes1(byte* group, in BlockLayout layout, byte* tile, float* sums)
    {
        int vectorCount = layout.VectorCount;
        int* packed = (int*)tile;
        float* scales = Int8Activations.Scales(tile, layout, 1);
        int* blockSums = (int*)scales + layout.BlockCount * 1;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(0x00FF00FF);
        new Span<float>(sums, 1 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<int> i00 = Vector256<int>.Zero, i01 = Vector256<int>.Zero;
            for (int vector = 0; vector < vectorCount; vector++)
            {
                Prefetch(words);
                Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                Vector256<short> low0 = (w0 & mask).AsInt16(), low1 = (w1 & mask).AsInt16();
                Vector256<short> high0 = ((w0 >>> 8) & mask).AsInt16(), high1 = ((w1 >>> 8) & mask).AsInt16();
                Vector256<short> x00 = Vector256.Create(packed[0]).AsInt16();
                i00 += IntegerDot.Pairs(low0, x00);
                i01 += IntegerDot.Pairs(low1, x00);
                Vector256<short> x01 = Vector256.Create(packed[1]).AsInt16();
                i00 += IntegerDot.Pairs(high0, x01);
                i01 += IntegerDot.Pairs(high1, x01);
                packed += 2;
                words += BlockLayout.VectorBytes;
            }

            BlockFactors factors = epilogue.Load(words);
            epilogue.AddInteger(factors, i00, i01, scales[0], blockSums[0], sums);
            scales += 1;
            blockSums += 1;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunBytes2(byte* group, in BlockLayout layout, byte* tile, float* sums)
    {
        int vectorCount = layout.VectorCount;
        int* packed = (int*)tile;
        float* scales = Int8Activations.Scales(tile, layout, 2);
        int* blockSums = (int*)scales + layout.BlockCount * 2;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(0x00FF00FF);
        new Span<float>(sums, 2 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<int> i00 = Vector256<int>.Zero, i01 = Vector256<int>.Zero;
            Vector256<int> i10 = Vector256<int>.Zero, i11 = Vector256<int>.Zero;
            for (int vector = 0; vector < vectorCount; vector++)
            {
                Prefetch(words);
                Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                Vector256<short> low0 = (w0 & mask).AsInt16(), low1 = (w1 & mask).AsInt16();
                Vector256<short> high0 = ((w0 >>> 8) & mask).AsInt16(), high1 = ((w1 >>> 8) & mask).AsInt16();
                Vector256<short> x00 = Vector256.Create(packed[0]).AsInt16();
                i00 += IntegerDot.Pairs(low0, x00);
                i01 += IntegerDot.Pairs(low1, x00);
                Vector256<short> x10 = Vector256.Create(packed[1]).AsInt16();
                i10 += IntegerDot.Pairs(low0, x10);
                i11 += IntegerDot.Pairs(low1, x10);
                Vector256<short> x01 = Vector256.Create(packed[2]).AsInt16();
                i00 += IntegerDot.Pairs(high0, x01);
                i01 += IntegerDot.Pairs(high1, x01);
                Vector256<short> x11 = Vector256.Create(packed[3]).AsInt16();
                i10 += IntegerDot.Pairs(high0, x11);
                i11 += IntegerDot.Pairs(high1, x11);
                packed += 4;
                words += BlockLayout.VectorBytes;
            }

            BlockFactors factors = epilogue.Load(words);
            epilogue.AddInteger(factors, i00, i01, scales[0], blockSums[0], sums);
            epilogue.AddInteger(factors, i10, i11, scales[1], blockSums[1], sums + 16);
            scales += 2;
            blockSums += 2;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunBytes4(byte* group, in BlockLayout layout, byte* tile, float* sums)
    {
        int vectorCount = layout.VectorCount;
        int* packed = (int*)tile;
        float* scales = Int8Activations.Scales(tile, layout, 4);
        int* blockSums = (int*)scales + layout.BlockCount * 4;
        Epilogue epilogue = new(layout);
        Vector256<int> mask = Vector256.Create(0x00FF00FF);
        new Span<float>(sums, 4 * BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < layout.BlockCount; block++)
        {
            byte* words = group;
            Vector256<int> i00 = Vector256<int>.Zero, i01 = Vector256<int>.Zero;
            Vector256<int> i10 = Vector256<int>.Zero, i11 = Vector256<int>.Zero;
            Vector256<int> i20 = Vector256<int>.Zero, i21 = Vector256<int>.Zero;
            Vector256<int> i30 = Vector256<int>.Zero, i31 = Vector256<int>.Zero;
            for (int vector = 0; vector < vectorCount; vector++)
            {
                Prefetch(words);
                Vector256<int> w0 = Vector256.Load((int*)words), w1 = Vector256.Load((int*)(words + 32));
                Vector256<short> low0 = (w0 & mask).AsInt16(), low1 = (w1 & mask).AsInt16();
                Vector256<short> high0 = ((w0 >>> 8) & mask).AsInt16(), high1 = ((w1 >>> 8) & mask).AsInt16();
                Vector256<short> x00 = Vector256.Create(packed[0]).AsInt16();
                i00 += IntegerDot.Pairs(low0, x00);
                i01 += IntegerDot.Pairs(low1, x00);
                Vector256<short> x10 = Vector256.Create(packed[1]).AsInt16();
                i10 += IntegerDot.Pairs(low0, x10);
                i11 += IntegerDot.Pairs(low1, x10);
                Vector256<short> x20 = Vector256.Create(packed[2]).AsInt16();
                i20 += IntegerDot.Pairs(low0, x20);
                i21 += IntegerDot.Pairs(low1, x20);
                Vector256<short> x30 = Vector256.Create(packed[3]).AsInt16();
                i30 += IntegerDot.Pairs(low0, x30);
                i31 += IntegerDot.Pairs(low1, x30);
                Vector256<short> x01 = Vector256.Create(packed[4]).AsInt16();
                i00 += IntegerDot.Pairs(high0, x01);
                i01 += IntegerDot.Pairs(high1, x01);
                Vector256<short> x11 = Vector256.Create(packed[5]).AsInt16();
                i10 += IntegerDot.Pairs(high0, x11);
                i11 += IntegerDot.Pairs(high1, x11);
                Vector256<short> x21 = Vector256.Create(packed[6]).AsInt16();
                i20 += IntegerDot.Pairs(high0, x21);
                i21 += IntegerDot.Pairs(high1, x21);
                Vector256<short> x31 = Vector256.Create(packed[7]).AsInt16();
                i30 += IntegerDot.Pairs(high0, x31);
                i31 += IntegerDot.Pairs(high1, x31);
                packed += 8;
                words += BlockLayout.VectorBytes;
            }

            BlockFactors factors = epilogue.Load(words);
            epilogue.AddInteger(factors, i00, i01, scales[0], blockSums[0], sums);
            epilogue.AddInteger(factors, i10, i11, scales[1], blockSums[1], sums + 16);
            epilogue.AddInteger(factors, i20, i21, scales[2], blockSums[2], sums + 32);
            epilogue.AddInteger(factors, i30, i31, scales[3], blockSums[3], sums + 48);
            scales += 4;
            blockSums += 4;
            group += layout.BlockBytes;
        }
    }
}
