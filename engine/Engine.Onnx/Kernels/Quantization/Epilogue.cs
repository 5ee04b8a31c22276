using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Scales and offsets of one block, widened.</summary>
internal readonly struct BlockFactors(Vector256<float> scale0, Vector256<float> scale1, Vector256<float> offset0, Vector256<float> offset1, bool hasOffsets)
{
    public readonly Vector256<float> Scale0 = scale0;
    public readonly Vector256<float> Scale1 = scale1;
    public readonly Vector256<float> Offset0 = offset0;
    public readonly Vector256<float> Offset1 = offset1;
    public readonly bool HasOffsets = hasOffsets;
}

/// <summary>What ends a block: its scales and offsets, which lie behind its fields, carry the block's products over into the sums.</summary>
internal readonly unsafe struct Epilogue(in BlockLayout layout)
{
    private readonly bool _halfScales = layout.HalfScales;
    private readonly OffsetKind _offsets = layout.Offsets;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BlockFactors Load(byte* scales)
    {
        byte* offsets = scales + 64;
        Vector256<float> scale0, scale1;
        if (_halfScales)
        {
            scale0 = Half16.WidenFinite(scales);
            scale1 = Half16.WidenFinite(scales + 16);
            offsets = scales + 32;
        }
        else
        {
            scale0 = Vector256.Load((float*)scales);
            scale1 = Vector256.Load((float*)scales + 8);
        }

        return _offsets switch
        {
            OffsetKind.None => new BlockFactors(scale0, scale1, Vector256<float>.Zero, Vector256<float>.Zero, false),
            OffsetKind.Half => new BlockFactors(scale0, scale1, Half16.WidenFinite(offsets), Half16.WidenFinite(offsets + 16), true),
            _ => new BlockFactors(scale0, scale1, Vector256.Load((float*)offsets), Vector256.Load((float*)offsets + 8), true),
        };
    }

    /// <summary>Adds what a stretch of a row of activations makes: its exact sums high * <paramref name="step"/> + low.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(
        in BlockFactors factors, Vector256<int> high0, Vector256<int> high1, Vector256<int> low0, Vector256<int> low1, float step, StretchFactors* row, float* result)
    {
        if (!factors.HasOffsets)
        {
            Vector256<int> zero = Vector256.Create(row->ZeroHigh);
            high0 -= zero;
            high1 -= zero;
            zero = Vector256.Create(row->ZeroLow);
            low0 -= zero;
            low1 -= zero;
        }

        Vector256<float> x = Vector256.Create(step);
        Vector256<float> dot0 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(high0), x, Vector256.ConvertToSingle(low0));
        Vector256<float> dot1 = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(high1), x, Vector256.ConvertToSingle(low1));
        x = Vector256.Create(row->Scale);
        dot0 = Vector256.FusedMultiplyAdd(factors.Scale0 * x, dot0, Vector256.Load(result));
        dot1 = Vector256.FusedMultiplyAdd(factors.Scale1 * x, dot1, Vector256.Load(result + 8));
        if (factors.HasOffsets)
        {
            x = Vector256.Create(row->Sum);
            dot0 = Vector256.FusedMultiplyAdd(factors.Offset0, x, dot0);
            dot1 = Vector256.FusedMultiplyAdd(factors.Offset1, x, dot1);
        }

        dot0.Store(result);
        dot1.Store(result + 8);
    }
}
