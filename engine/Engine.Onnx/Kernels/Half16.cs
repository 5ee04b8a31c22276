using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>Widening of 16-bit floats by integer instructions: .NET offers no vector instruction for it.</summary>
internal static unsafe class Half16
{
    /// <summary>Eight finite fp16 values. Exact, subnormal ones included; infinities and NaN come out as large numbers.</summary>
    /// <remarks>
    /// Exponent and fraction move to their places in a float, which then is too small by 2^112 (the difference of the exponents' biases);
    /// the multiplication puts that right, and makes normal numbers of subnormal ones on the way.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WidenFinite(byte* source)
    {
        Vector128<short> narrow = Vector128.Load((short*)source);
        Vector256<int> wide = Vector256.WidenLower(narrow.ToVector256Unsafe());
        Vector256<int> bits = (wide << 13) & Vector256.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector256.Create(5.192296858534828e33f);
    }
}
