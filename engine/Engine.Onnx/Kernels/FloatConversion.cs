using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Between fp32 and the 16-bit floats, rounded to nearest, ties to even.</summary>
internal static unsafe class FloatConversion
{
    public static void Widen(ReadOnlySpan<Half> source, Span<float> target) => TensorPrimitives.ConvertToSingle(source, target);

    public static void Narrow(ReadOnlySpan<float> source, Span<Half> target) => TensorPrimitives.ConvertToHalf(source, target);

    /// <summary>bf16 is the upper half of a float.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void WidenBFloat16(ushort* source, long count, float* target)
    {
        long i = 0;
        for (; i + 8 <= count; i += 8)
        {
            (Vector256.WidenLower(Vector128.Load(source + i).ToVector256Unsafe()) << 16).AsSingle().Store(target + i);
        }

        for (; i < count; i++)
        {
            target[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    public static void NarrowBFloat16(float* source, long count, ushort* target)
    {
        for (long i = 0; i < count; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(source[i]);
            target[i] = float.IsNaN(source[i]) ? (ushort)(bits >> 16 | 0x40) : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
        }
    }
}
