using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Taking fields out of 32-bit words.</summary>
internal static class Fields
{
    /// <summary>The highest field, at its own size.</summary>
    /// <remarks>Spelled out per width: only a literal becomes an immediate operand.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Last<TFormat>(Vector256<int> words)
        where TFormat : struct, IFieldFormat
    {
        if (typeof(TFormat) == typeof(FourBits))
        {
            return words >>> 28;
        }

        return typeof(TFormat) == typeof(EightBits) ? words >>> 24 : words >>> 30;
    }

    /// <summary>Field <paramref name="index"/> of every byte, as bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> At<TFormat>(Vector256<int> words, int index, Vector256<int> mask)
        where TFormat : struct, IFieldFormat
    {
        Vector256<int> shifted = typeof(TFormat) == typeof(FourBits) ? words >>> 4 : index == 1 ? words >>> 2 : index == 2 ? words >>> 4 : words >>> 6;
        return (shifted & mask).AsByte();
    }
}
