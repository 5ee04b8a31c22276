using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Decides how the scales and offsets of weights are kept, and writes them.</summary>
internal static unsafe class BlockFactorWriter
{
    /// <summary>
    /// How far an offset may be from its fp16 value and still be kept as that: what the division and the multiplication that made it
    /// (-m/d as a zero point, times d again) can have cost. The fp16 value then is what the weights were made from.
    /// </summary>
    private const float OffsetRounding = 2.4e-7f;

    /// <summary>Blocks of a row that are taken at a time.</summary>
    private const int Most = 256;

    /// <summary>Whether the scales, and the offsets, of one row can be fp16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (bool Scales, bool Offsets) FitHalf(in BlockQuantizedSource source, int row)
    {
        float* scales = stackalloc float[Most];
        float* offsets = stackalloc float[Most];
        bool halfScales = true;
        bool halfOffsets = true;
        for (int block = 0; block < source.BlockCount && (halfScales || halfOffsets); block += Most)
        {
            int count = Read(source, row, block, scales, source.IsSymmetric ? null : offsets);
            halfScales = halfScales && AreHalf(scales, count, 0);
            halfOffsets = halfOffsets && (source.IsSymmetric || AreHalf(offsets, count, OffsetRounding));
        }

        return (halfScales, halfOffsets);
    }

    /// <summary>Writes the scales and offsets of one row of a group.</summary>
    /// <param name="source">The weights.</param>
    /// <param name="row">The row.</param>
    /// <param name="layout">How the group lies.</param>
    /// <param name="factors">The factors of the group's first block.</param>
    /// <param name="stride">Bytes from the factors of one block to those of the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(in BlockQuantizedSource source, int row, in BlockLayout layout, byte* factors, nint stride)
    {
        int lane = row % BlockQuantizedMatrix.GroupRows;
        byte* behindScales = factors + (layout.OffsetsAt - layout.FieldBytes);
        float* scales = stackalloc float[Most];
        float* offsets = stackalloc float[Most];
        for (int block = 0; block < layout.BlockCount; block += Most)
        {
            int count = Read(source, row, block, scales, layout.Offsets == OffsetKind.None ? null : offsets);
            Scatter(scales, count, layout.HalfScales, factors + block * stride, stride, lane);
            if (layout.Offsets != OffsetKind.None)
            {
                Scatter(offsets, count, layout.Offsets == OffsetKind.Half, behindScales + block * stride, stride, lane);
            }
        }
    }

    /// <summary>Reads factors of one row, zeros behind them up to a whole vector; returns how many there are.</summary>
    private static int Read(in BlockQuantizedSource source, int row, int block, float* scales, float* offsets)
    {
        int count = Math.Min(Most, source.BlockCount - block);
        int padding = -count & (Vector256<float>.Count - 1);
        source.ReadScales(row, block, new Span<float>(scales, count));
        new Span<float>(scales + count, padding).Clear();
        if (offsets is not null)
        {
            source.ReadOffsets(row, block, new ReadOnlySpan<float>(scales, count), new Span<float>(offsets, count));
            new Span<float>(offsets + count, padding).Clear();
        }

        return count;
    }

    /// <summary>Finite and, but for a rounding, the same after a trip through fp16; the kernels' widening knows no infinities.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AreHalf(float* values, int count, float tolerance)
    {
        Vector256<float> tolerances = Vector256.Create(tolerance);
        Vector256<float> limit = Vector256.Create(65520f);
        for (int i = 0; i < count; i += Vector256<float>.Count)
        {
            Vector256<float> value = Vector256.Load(values + i);
            Vector256<float> magnitude = Vector256.Abs(value);
            Vector256<float> error = Vector256.Abs(Half16.Widen(Half16.Narrow(value)) - value);
            Vector256<float> fits = Vector256.LessThanOrEqual(error, tolerances * magnitude) & Vector256.LessThan(magnitude, limit);
            if (fits.AsInt32() != Vector256<int>.AllBitsSet)
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(float* values, int count, bool half, byte* target, nint stride, int lane)
    {
        if (!half)
        {
            for (int i = 0; i < count; i++)
            {
                ((float*)(target + i * stride))[lane] = values[i];
            }

            return;
        }

        for (int i = 0; i < count; i += Vector256<float>.Count)
        {
            Half16.Narrow(Vector256.Load(values + i)).Store((int*)(values + i));
        }

        for (int i = 0; i < count; i++)
        {
            ((short*)(target + i * stride))[lane] = (short)((int*)values)[i];
        }
    }
}
