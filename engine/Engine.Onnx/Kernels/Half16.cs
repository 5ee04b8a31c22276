using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Engine.Onnx.Kernels;

/// <summary>16-bit floats by integer instructions: .NET offers no vector instruction for them.</summary>
internal static unsafe class Half16
{
    private const float Largest = 65504;

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

    /// <summary>The bits of eight fp16 values nearest to finite values below 65520, ties to even; those of others are of no use.</summary>
    /// <remarks>
    /// Half a unit of the new last place, less one where the old bits are even, carries into the bits that stay. For subnormal results the addition of
    /// a half does the same: it moves the last place to where theirs is.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Narrow(Vector256<float> values)
    {
        Vector256<int> bits = values.AsInt32();
        Vector256<int> magnitude = bits & Vector256.Create(0x7FFFFFFF);
        Vector256<int> normal = (magnitude + Vector256.Create(((15 - 127) << 23) + 0xFFF) + ((magnitude >>> 13) & Vector256<int>.One)) >>> 13;
        Vector256<float> half = Vector256.Create(0.5f);
        Vector256<int> subnormal = (magnitude.AsSingle() + half).AsInt32() - half.AsInt32();
        Vector256<int> narrow = Vector256.ConditionalSelect(Vector256.LessThan(magnitude, Vector256.Create(113 << 23)), subnormal, normal);
        return narrow | ((bits >>> 16) & Vector256.Create(0x8000));
    }

    /// <summary>Eight values from the bits that <see cref="Narrow"/> gives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector256<int> bits) =>
        (((bits << 16) >> 3) & Vector256.Create(unchecked((int)0x8FFFE000))).AsSingle() * Vector256.Create(5.192296858534828e33f);

    /// <summary>Eight fp16 values nearest to any values; what is too large, NaN among it, becomes the largest number of its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ushort> NarrowFinite(Vector256<float> values)
    {
        Vector256<float> largest = Vector256.CopySign(Vector256.Create(Largest), values);
        Vector256<uint> bits = Narrow(Vector256.ConditionalSelect(Vector256.LessThan(Vector256.Abs(values), Vector256.Create(Largest)), values, largest)).AsUInt32();
        return Vector256.Narrow(bits, bits).GetLower();
    }

    /// <inheritdoc cref="WidenFinite"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WidenFinite512(byte* source)
    {
        Vector512<int> wide = Vector512.WidenLower(Vector256.Load((short*)source).ToVector512Unsafe());
        Vector512<int> bits = (wide << 13) & Vector512.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector512.Create(5.192296858534828e33f);
    }

    /// <inheritdoc cref="WidenFinite"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WidenFinite128(byte* source)
    {
        Vector128<int> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsInt16());
        Vector128<int> bits = (wide << 13) & Vector128.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector128.Create(5.192296858534828e33f);
    }

    /// <inheritdoc cref="WidenFinite"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float WidenFinite32(byte* source) =>
        BitConverter.Int32BitsToSingle((*(short*)source << 13) & unchecked((int)0x8FFFE000)) * 5.192296858534828e33f;
}
