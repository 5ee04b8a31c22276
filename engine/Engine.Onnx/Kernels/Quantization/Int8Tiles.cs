using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Engine.Onnx.Kernels.Registers;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>
/// Quantised weights times 8-bit activations: one group of sixteen output rows against a tile of activation rows. The fields of a block are
/// taken apart once, stay in registers, and meet one row of activations after another. The products of a block add up exactly, in integers; what
/// follows is float, in one order:
/// <code>
/// sum = fma(scale * rowScale, dot, sum);  sum = fma(offset, rowScale * blockSum, sum)      weights with offsets
/// sum = fma(scale * rowScale, dot - zeroPoint * blockSum, sum)                             weights without
/// </code>
/// </summary>
/// <typeparam name="TRegister">Arithmetic of a register. Where it has fewer than sixteen lanes, a block is gone through in parts.</typeparam>
/// <typeparam name="TDot">Products of bytes.</typeparam>
/// <typeparam name="TVector">What holds the lanes.</typeparam>
/// <typeparam name="TFormat">Width of the weights.</typeparam>
internal static unsafe class Int8Tiles<TRegister, TDot, TVector, TFormat>
    where TRegister : struct, IRegister<TVector>
    where TDot : struct, IByteDot<TVector>
    where TVector : struct
    where TFormat : struct, IFieldFormat
{
    /// <summary>Most rows of a tile: what they need besides the weights stays in the first-level cache.</summary>
    public const int MaximumRows = 64;

    /// <summary>How far ahead weights are asked for: beyond the page, where the processor's own prefetching ends.</summary>
    private const int PrefetchBytes = 4096;

    private const int CacheLine = 64;

    /// <summary>Words of a row's working memory: sixteen unfinished sums, then sixteen sums of earlier passes.</summary>
    private const int WorkWords = 2 * BlockQuantizedMatrix.GroupRows;

    /// <summary>Bytes are taken in halves, the upper ones in a pass of their own.</summary>
    private static bool HalvesBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFormat.Bits == 8 && !TDot.TakesBytes;
    }

    /// <summary>Fields that one word of weights has for one word of activations each.</summary>
    private static int FieldsOfVector
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8 / TFormat.Bits;
    }

    /// <summary>One group of weights times a tile: <c>[rows, 16]</c> sums.</summary>
    public static void Run(byte* group, in BlockLayout layout, byte* tile, int rows, float* sums)
    {
        bool isOnly = !HalvesBytes && layout.VectorCount * FieldsOfVector <= 8;
        if (layout.VectorCount * FieldsOfVector > 4)
        {
            if (isOnly)
            {
                Run<OnlyEight>(group, layout, tile, rows, sums);
            }
            else
            {
                Run<ManyEights>(group, layout, tile, rows, sums);
            }
        }
        else if (isOnly)
        {
            Run<OnlyFour>(group, layout, tile, rows, sums);
        }
        else
        {
            Run<ManyFours>(group, layout, tile, rows, sums);
        }
    }

    private static void Run<TPass>(byte* group, in BlockLayout layout, byte* tile, int rows, float* sums)
        where TPass : struct, IFieldPass
    {
        if (rows == 1)
        {
            RunRow<TPass>(group, layout, tile, sums);
        }
        else
        {
            RunRows<TPass>(group, layout, tile, rows, sums);
        }
    }

    /// <summary>One row: a field is taken out of its word when it is needed, and nothing has to wait.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunRow<TPass>(byte* group, in BlockLayout layout, byte* tile, float* sums)
        where TPass : struct, IFieldPass
    {
        int blockBytes = layout.BlockBytes, blockCount = layout.BlockCount, offsetsAt = layout.OffsetsAt, vectorCount = layout.VectorCount;
        bool halfScales = layout.HalfScales;
        OffsetKind offsets = layout.Offsets;
        int rowWords = layout.BlockSize / sizeof(int);
        int* x = (int*)tile;
        int* rowScales = x + (long)blockCount * rowWords;
        int* corrections = rowScales + blockCount;
        new Span<float>(sums, BlockQuantizedMatrix.GroupRows).Clear();
        for (int block = 0; block < blockCount; block++)
        {
            Prefetch(group, blockBytes);
            for (int lane = 0; lane < BlockQuantizedMatrix.GroupRows; lane += TRegister.Lanes)
            {
                byte* words = group + lane * sizeof(int);
                TVector dot = Products<TPass>(words, x, false);
                if (!TPass.IsOnly)
                {
                    dot = AddProducts<TPass>(dot, words, x, vectorCount);
                }

                byte* scales = group + vectorCount * BlockLayout.VectorBytes;
                TVector scale = halfScales ? TRegister.LoadHalves(scales + lane * sizeof(short)) : TRegister.Load(scales + lane * sizeof(float));
                TVector factor = TRegister.MultiplySingle(scale, TRegister.Broadcast(rowScales[block]));
                TVector correction = TRegister.Broadcast(corrections[block]);
                float* sum = sums + lane;
                if (offsets == OffsetKind.None)
                {
                    dot = TRegister.ToSingle(TRegister.Subtract(dot, correction));
                    TRegister.Store(TRegister.MultiplyAddSingle(factor, dot, TRegister.Load(sum)), sum);
                    continue;
                }

                TVector offset = offsets == OffsetKind.Half
                    ? TRegister.LoadHalves(group + offsetsAt + lane * sizeof(short))
                    : TRegister.Load(group + offsetsAt + lane * sizeof(float));
                TVector scaled = TRegister.MultiplyAddSingle(factor, TRegister.ToSingle(dot), TRegister.Load(sum));
                TRegister.Store(TRegister.MultiplyAddSingle(offset, correction, scaled), sum);
            }

            x += rowWords;
            group += blockBytes;
        }
    }

    /// <summary>The products of a block with one row, to those of the first pass over it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static TVector AddProducts<TPass>(TVector dot, byte* words, int* x, int vectorCount)
        where TPass : struct, IFieldPass
    {
        for (int left = vectorCount * FieldsOfVector / TPass.Fields; ;)
        {
            if (HalvesBytes)
            {
                dot = TRegister.Add(dot, TRegister.ShiftLeft(Products<TPass>(words, x, true), 4));
            }

            if (--left == 0)
            {
                return dot;
            }

            words += TPass.Fields / 4 * Step;
            x += TPass.Fields;
            dot = TRegister.Add(dot, Products<TPass>(words, x, false));
        }
    }

    /// <summary>The products of a pass with one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Products<TPass>(byte* words, int* x, bool upperHalf)
        where TPass : struct, IFieldPass
    {
        Take4(words, upperHalf, out TVector f0, out TVector f1, out TVector f2, out TVector f3);
        TVector sum = Add(TDot.Multiply(f0, TRegister.Broadcast(x[0])), x, f1, f2, f3);
        if (TPass.Fields == 8)
        {
            Take4(words + Step, upperHalf, out f0, out f1, out f2, out f3);
            sum = Add(TDot.MultiplyAdd(sum, f0, TRegister.Broadcast(x[4])), x + 4, f1, f2, f3);
        }

        return TDot.Total(sum);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RunRows<TPass>(byte* group, in BlockLayout layout, byte* tile, int rows, float* sums)
        where TPass : struct, IFieldPass
    {
        int* work = stackalloc int[MaximumRows * WorkWords];
        int rowWords = layout.BlockSize / sizeof(int);
        Rows all = new() { Count = rows, Words = rowWords, Work = work, Sums = sums, Values = (int*)tile };
        all.Scales = all.Values + (long)layout.BlockCount * rows * rowWords;
        all.Corrections = all.Scales + (long)layout.BlockCount * rows;
        new Span<float>(sums, rows * BlockQuantizedMatrix.GroupRows).Clear();
        if (TPass.IsOnly)
        {
            LastPass<TPass>(group, layout, all, layout.BlockCount, 0, BlockQuantizedMatrix.GroupRows);
            return;
        }

        for (int block = 0; block < layout.BlockCount; block++)
        {
            for (int lane = 0; lane < BlockQuantizedMatrix.GroupRows; lane += TRegister.Lanes)
            {
                EarlierPasses<TPass>(group + lane * sizeof(int), layout, all);
                LastPass<TPass>(group, layout, all, 1, lane, lane + TRegister.Lanes);
            }

            all.Values += (long)rows * rowWords;
            all.Scales += rows;
            all.Corrections += rows;
            group += layout.BlockBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* group, int blockBytes)
    {
        if (Sse.IsSupported)
        {
            for (int line = PrefetchBytes; line < PrefetchBytes + blockBytes; line += CacheLine)
            {
                Sse.Prefetch0(group + line);
            }
        }
    }

    /// <summary>The last passes of blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LastPass<TPass>(byte* block, in BlockLayout layout, in Rows rows, int blockCount, int firstLane, int lastLane)
        where TPass : struct, IFieldPass
    {
        if (layout.Offsets == OffsetKind.None)
        {
            LastWithZeroPoint<TPass>(block, layout, rows, blockCount, firstLane, lastLane);
        }
        else
        {
            LastWithOffsets<TPass>(block, layout, rows, blockCount, firstLane, lastLane);
        }
    }

    /// <summary>The first half of a pass whose fields need more registers than there are: its sums wait for the other half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin(byte* words, int* x, int rows, int rowWords, int* work, bool isUpperHalf)
    {
        Take4(words, isUpperHalf, out TVector f0, out TVector f1, out TVector f2, out TVector f3);
        for (; rows > 0; rows--)
        {
            TRegister.Store(Add(TDot.Multiply(f0, TRegister.Broadcast(x[0])), x, f1, f2, f3), work);
            x += rowWords;
            work += WorkWords;
        }
    }

    /// <summary>All passes of a block but the last: their products wait for it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void EarlierPasses<TPass>(byte* words, in BlockLayout layout, in Rows rows)
        where TPass : struct, IFieldPass
    {
        int rowWords = rows.Words;
        int* values = rows.Values;
        int vectors = TPass.Fields / FieldsOfVector;
        int count = (HalvesBytes ? 2 : 1) * layout.VectorCount / vectors - 1;
        for (int pass = 0; pass < count; pass++)
        {
            bool isUpperHalf = HalvesBytes && pass % 2 == 0;
            if (InTwoSteps<TPass>())
            {
                Begin(words, values, rows.Count, rowWords, rows.Work, isUpperHalf);
            }

            Take4(InTwoSteps<TPass>() ? words + Step : words, isUpperHalf, out TVector f0, out TVector f1, out TVector f2, out TVector f3);
            TVector f4 = default, f5 = default, f6 = default, f7 = default;
            if (InOneStep<TPass>())
            {
                Take4(words + Step, isUpperHalf, out f4, out f5, out f6, out f7);
            }

            int* x = values, work = rows.Work;
            for (int row = rows.Count; row > 0; row--)
            {
                TVector dot = TDot.Total(Sum<TPass>(x, work, f0, f1, f2, f3, f4, f5, f6, f7));
                if (isUpperHalf)
                {
                    dot = TRegister.ShiftLeft(dot, 4);
                }

                int* earlier = work + BlockQuantizedMatrix.GroupRows;
                TRegister.Store(pass == 0 ? dot : TRegister.Add(dot, TRegister.Load(earlier)), earlier);
                x += rowWords;
                work += WorkWords;
            }

            if (!isUpperHalf)
            {
                words += vectors * BlockLayout.VectorBytes;
                values += TPass.Fields;
            }
        }
    }

    /// <summary>The last pass of blocks without offsets.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LastWithZeroPoint<TPass>(byte* block, in BlockLayout layout, in Rows rows, int blockCount, int firstLane, int lastLane)
        where TPass : struct, IFieldPass
    {
        int rowCount = rows.Count, rowWords = rows.Words;
        int earlier = TPass.IsOnly ? 0 : layout.VectorCount - TPass.Fields / FieldsOfVector;
        int* values = rows.Values + earlier * FieldsOfVector, scales = rows.Scales, corrections = rows.Corrections;
        for (; blockCount > 0; blockCount--)
        {
            for (int lane = firstLane; lane < lastLane; lane += TRegister.Lanes)
            {
                if (lane == 0)
                {
                    Prefetch(block, layout.BlockBytes);
                }

                byte* words = block + earlier * BlockLayout.VectorBytes + lane * sizeof(int);
                if (InTwoSteps<TPass>())
                {
                    Begin(words, values, rowCount, rowWords, rows.Work, false);
                }

                Take4(InTwoSteps<TPass>() ? words + Step : words, false, out TVector f0, out TVector f1, out TVector f2, out TVector f3);
                TVector f4 = default, f5 = default, f6 = default, f7 = default;
                if (InOneStep<TPass>())
                {
                    Take4(words + Step, false, out f4, out f5, out f6, out f7);
                }

                byte* factors = block + layout.FieldBytes;
                TVector scale = layout.HalfScales ? TRegister.LoadHalves(factors + lane * sizeof(short)) : TRegister.Load(factors + lane * sizeof(float));
                int* x = values, work = rows.Work;
                float* sum = rows.Sums + lane;
                for (int row = 0; row < rowCount; row++)
                {
                    TVector dot = Dot<TPass>(x, work, f0, f1, f2, f3, f4, f5, f6, f7);
                    dot = TRegister.ToSingle(TRegister.Subtract(dot, TRegister.Broadcast(corrections[row])));
                    TVector factor = TRegister.MultiplySingle(scale, TRegister.Broadcast(scales[row]));
                    TRegister.Store(TRegister.MultiplyAddSingle(factor, dot, TRegister.Load(sum)), sum);
                    x += rowWords;
                    work += WorkWords;
                    sum += BlockQuantizedMatrix.GroupRows;
                }
            }

            values += (long)rowCount * rowWords;
            scales += rowCount;
            corrections += rowCount;
            block += layout.BlockBytes;
        }
    }

    /// <summary>The last pass of blocks with offsets.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LastWithOffsets<TPass>(byte* block, in BlockLayout layout, in Rows rows, int blockCount, int firstLane, int lastLane)
        where TPass : struct, IFieldPass
    {
        int rowCount = rows.Count, rowWords = rows.Words;
        int earlier = TPass.IsOnly ? 0 : layout.VectorCount - TPass.Fields / FieldsOfVector;
        int* values = rows.Values + earlier * FieldsOfVector, scales = rows.Scales, corrections = rows.Corrections;
        for (; blockCount > 0; blockCount--)
        {
            for (int lane = firstLane; lane < lastLane; lane += TRegister.Lanes)
            {
                if (lane == 0)
                {
                    Prefetch(block, layout.BlockBytes);
                }

                byte* words = block + earlier * BlockLayout.VectorBytes + lane * sizeof(int);
                if (InTwoSteps<TPass>())
                {
                    Begin(words, values, rowCount, rowWords, rows.Work, false);
                }

                Take4(InTwoSteps<TPass>() ? words + Step : words, false, out TVector f0, out TVector f1, out TVector f2, out TVector f3);
                TVector f4 = default, f5 = default, f6 = default, f7 = default;
                if (InOneStep<TPass>())
                {
                    Take4(words + Step, false, out f4, out f5, out f6, out f7);
                }

                byte* factors = block + layout.FieldBytes;
                TVector scale = layout.HalfScales ? TRegister.LoadHalves(factors + lane * sizeof(short)) : TRegister.Load(factors + lane * sizeof(float));
                TVector offset = layout.Offsets == OffsetKind.Half
                    ? TRegister.LoadHalves(block + layout.OffsetsAt + lane * sizeof(short))
                    : TRegister.Load(block + layout.OffsetsAt + lane * sizeof(float));
                int* x = values, work = rows.Work;
                float* sum = rows.Sums + lane;
                for (int row = 0; row < rowCount; row++)
                {
                    TVector dot = TRegister.ToSingle(Dot<TPass>(x, work, f0, f1, f2, f3, f4, f5, f6, f7));
                    TVector factor = TRegister.MultiplySingle(scale, TRegister.Broadcast(scales[row]));
                    TVector scaled = TRegister.MultiplyAddSingle(factor, dot, TRegister.Load(sum));
                    TRegister.Store(TRegister.MultiplyAddSingle(offset, TRegister.Broadcast(corrections[row]), scaled), sum);
                    x += rowWords;
                    work += WorkWords;
                    sum += BlockQuantizedMatrix.GroupRows;
                }
            }

            values += (long)rowCount * rowWords;
            scales += rowCount;
            corrections += rowCount;
            block += layout.BlockBytes;
        }
    }

    /// <summary>The products of a block with one row, the last pass and those before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Dot<TPass>(int* x, int* work, TVector f0, TVector f1, TVector f2, TVector f3, TVector f4, TVector f5, TVector f6, TVector f7)
        where TPass : struct, IFieldPass
    {
        TVector dot = TDot.Total(Sum<TPass>(x, work, f0, f1, f2, f3, f4, f5, f6, f7));
        return TPass.IsOnly ? dot : TRegister.Add(dot, TRegister.Load(work + BlockQuantizedMatrix.GroupRows));
    }

    /// <summary>The sums of a pass for one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Sum<TPass>(int* x, int* work, TVector f0, TVector f1, TVector f2, TVector f3, TVector f4, TVector f5, TVector f6, TVector f7)
        where TPass : struct, IFieldPass
    {
        if (InTwoSteps<TPass>())
        {
            return Add(TDot.MultiplyAdd(TRegister.Load(work), f0, TRegister.Broadcast(x[4])), x + 4, f1, f2, f3);
        }

        TVector sum = Add(TDot.Multiply(f0, TRegister.Broadcast(x[0])), x, f1, f2, f3);
        return InOneStep<TPass>() ? Add(TDot.MultiplyAdd(sum, f4, TRegister.Broadcast(x[4])), x + 4, f5, f6, f7) : sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(TVector sum, int* x, TVector f1, TVector f2, TVector f3)
    {
        sum = TDot.MultiplyAdd(sum, f1, TRegister.Broadcast(x[1]));
        sum = TDot.MultiplyAdd(sum, f2, TRegister.Broadcast(x[2]));
        return TDot.MultiplyAdd(sum, f3, TRegister.Broadcast(x[3]));
    }

    /// <summary>Four fields in the order of the activations that they meet, each in every byte. What is inlined has a budget: hence no loop over methods.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take4(byte* words, bool upperHalf, out TVector f0, out TVector f1, out TVector f2, out TVector f3)
    {
        if (typeof(TFormat) == typeof(FourBits))
        {
            TVector mask = TRegister.Broadcast(0x0F0F0F0F);
            TVector first = TRegister.Load(words), second = TRegister.Load(words + BlockLayout.VectorBytes);
            f0 = TRegister.And(first, mask);
            f1 = TRegister.And(TRegister.ShiftRight(first, 4), mask);
            f2 = TRegister.And(second, mask);
            f3 = TRegister.And(TRegister.ShiftRight(second, 4), mask);
            return;
        }

        if (typeof(TFormat) == typeof(TwoBits))
        {
            TVector mask = TRegister.Broadcast(0x03030303);
            TVector vector = TRegister.Load(words);
            f0 = TRegister.And(vector, mask);
            f1 = TRegister.And(TRegister.ShiftRight(vector, 2), mask);
            f2 = TRegister.And(TRegister.ShiftRight(vector, 4), mask);
            f3 = TRegister.And(TRegister.ShiftRight(vector, 6), mask);
            return;
        }

        f0 = TRegister.Load(words);
        f1 = TRegister.Load(words + BlockLayout.VectorBytes);
        f2 = TRegister.Load(words + 2 * BlockLayout.VectorBytes);
        f3 = TRegister.Load(words + 3 * BlockLayout.VectorBytes);
        if (HalvesBytes)
        {
            int shift = upperHalf ? 4 : 0;
            TVector mask = TRegister.Broadcast(0x0F0F0F0F);
            f0 = TRegister.And(TRegister.ShiftRight(f0, shift), mask);
            f1 = TRegister.And(TRegister.ShiftRight(f1, shift), mask);
            f2 = TRegister.And(TRegister.ShiftRight(f2, shift), mask);
            f3 = TRegister.And(TRegister.ShiftRight(f3, shift), mask);
        }
    }

    /// <summary>Bytes of the vectors that hold four fields.</summary>
    private static int Step
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4 * BlockLayout.VectorBytes / FieldsOfVector;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool InTwoSteps<TPass>()
        where TPass : struct, IFieldPass => TPass.Fields > TDot.Fields;

    /// <summary>Eight fields at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool InOneStep<TPass>()
        where TPass : struct, IFieldPass => TPass.Fields == 8 && TDot.Fields == 8;

    /// <summary>Where the rows of a tile are in their walk through the blocks.</summary>
    private struct Rows
    {
        public int Count;

        /// <summary>Words of a row in one block.</summary>
        public int Words;

        public int* Values;

        /// <summary>Floats.</summary>
        public int* Scales;

        /// <summary>See <see cref="Int8Activations"/>.</summary>
        public int* Corrections;

        public float* Sums;

        public int* Work;
    }
}
