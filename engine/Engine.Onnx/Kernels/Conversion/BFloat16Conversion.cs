using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Kernels.Conversion;

/// <summary>Singles from bfloat16 and back, rounded to nearest, ties to even.</summary>
internal static class BFloat16Conversion
{
    public static void ToSingle(ReadOnlySpan<BFloat16> x, Span<float> y)
    {
        ReadOnlySpan<ushort> bits = MemoryMarshal.Cast<BFloat16, ushort>(x);
        int i = 0;
        for (; i <= bits.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(Vector256.Create(bits[i..]));
            (low << 16).AsSingle().CopyTo(y[i..]);
            (high << 16).AsSingle().CopyTo(y[(i + Vector256<uint>.Count)..]);
        }

        for (; i < x.Length; i++)
        {
            y[i] = x[i].ToSingle();
        }
    }

    public static void FromSingle(ReadOnlySpan<float> x, Span<BFloat16> y)
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = BFloat16.FromSingle(x[i]);
        }
    }
}
