using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Kernels.Conversion;

/// <summary>Singles from the types that store fewer bits, and back: arithmetic on those goes through singles and rounds once.</summary>
internal static class SingleConversion
{
    public static void ToSingle<T>(ReadOnlySpan<T> x, Span<float> y)
        where T : unmanaged
    {
        if (typeof(T) == typeof(Half))
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<T, Half>(x), y);
        }
        else if (typeof(T) == typeof(BFloat16))
        {
            BFloat16Conversion.ToSingle(MemoryMarshal.Cast<T, BFloat16>(x), y);
        }
        else
        {
            MemoryMarshal.Cast<T, float>(x).CopyTo(y);
        }
    }

    public static void FromSingle<T>(ReadOnlySpan<float> x, Span<T> y)
        where T : unmanaged
    {
        if (typeof(T) == typeof(Half))
        {
            TensorPrimitives.ConvertToHalf(x, MemoryMarshal.Cast<T, Half>(y));
        }
        else if (typeof(T) == typeof(BFloat16))
        {
            BFloat16Conversion.FromSingle(x, MemoryMarshal.Cast<T, BFloat16>(y));
        }
        else
        {
            x.CopyTo(MemoryMarshal.Cast<T, float>(y));
        }
    }
}
