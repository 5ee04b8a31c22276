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

    /// <summary>Brings the next field of every byte to its low end; what a mask then takes away may lie above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Next<TFormat>(Vector256<int> words)
        where TFormat : struct, IFieldFormat => typeof(TFormat) == typeof(FourBits) ? words >>> 4 : words >>> 2;
}
