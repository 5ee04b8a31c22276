using System.Numerics;
using System.Runtime.InteropServices;
using Engine.Onnx.Kernels.Conversion;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>Conversion of whole tensors between element types.</summary>
internal static class ElementConversion
{
    private const int Block = 1 << 16;

    /// <summary>Converts every element.</summary>
    /// <returns>False for a pair of types without a conversion.</returns>
    public static bool TryConvert(Tensor x, Tensor y) => x.ElementType switch
    {
        ElementType.Float32 => TryFrom<float>(x, y),
        ElementType.Float16 when y.ElementType == ElementType.Float32 => ToSingle<Half>(x, y),
        ElementType.Float16 => TryFrom<Half>(x, y),
        ElementType.BFloat16 when y.ElementType == ElementType.Float32 => ToSingle<BFloat16>(x, y),
        ElementType.BFloat16 => TryThroughSingle(x, y),
        ElementType.Float64 => TryFrom<double>(x, y),
        ElementType.Int64 => TryFrom<long>(x, y),
        ElementType.Int32 => TryFrom<int>(x, y),
        ElementType.Int16 => TryFrom<short>(x, y),
        ElementType.Int8 => TryFrom<sbyte>(x, y),
        ElementType.UInt64 => TryFrom<ulong>(x, y),
        ElementType.UInt32 => TryFrom<uint>(x, y),
        ElementType.UInt16 => TryFrom<ushort>(x, y),
        ElementType.UInt8 or ElementType.Bool => TryFrom<byte>(x, y),
        ElementType.Int4 or ElementType.UInt4 => TryFromNibbles(x, y),
        _ => false,
    };

    private static bool TryFrom<T>(Tensor x, Tensor y)
        where T : unmanaged, INumber<T>
    {
        for (long start = 0; start < x.ElementCount; start += Block)
        {
            int count = (int)Math.Min(Block, x.ElementCount - start);
            ReadOnlySpan<T> source = x.ElementType == ElementType.Bool
                ? MemoryMarshal.Cast<bool, T>(x.Slice<bool>(start, count))
                : x.Slice<T>(start, count);
            if (!TryConvert(source, y, start))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryConvert<T>(ReadOnlySpan<T> x, Tensor y, long start)
        where T : unmanaged, INumber<T>
    {
        switch (y.ElementType)
        {
            case ElementType.Float32: Convert(x, y.WritableSlice<float>(start, x.Length)); break;
            case ElementType.Float16 when typeof(T) == typeof(float):
                SingleConversion.FromSingle(MemoryMarshal.Cast<T, float>(x), y.WritableSlice<Half>(start, x.Length));
                break;
            case ElementType.Float16: Convert(x, y.WritableSlice<Half>(start, x.Length)); break;
            case ElementType.BFloat16: ConvertToBFloat16(x, y.WritableSlice<BFloat16>(start, x.Length)); break;
            case ElementType.Float64: Convert(x, y.WritableSlice<double>(start, x.Length)); break;
            case ElementType.Int64: Convert(x, y.WritableSlice<long>(start, x.Length)); break;
            case ElementType.Int32: Convert(x, y.WritableSlice<int>(start, x.Length)); break;
            case ElementType.Int16: Convert(x, y.WritableSlice<short>(start, x.Length)); break;
            case ElementType.Int8: Convert(x, y.WritableSlice<sbyte>(start, x.Length)); break;
            case ElementType.UInt64: Convert(x, y.WritableSlice<ulong>(start, x.Length)); break;
            case ElementType.UInt32: Convert(x, y.WritableSlice<uint>(start, x.Length)); break;
            case ElementType.UInt16: Convert(x, y.WritableSlice<ushort>(start, x.Length)); break;
            case ElementType.UInt8: Convert(x, y.WritableSlice<byte>(start, x.Length)); break;
            case ElementType.Bool: ConvertToBool(x, y.WritableSlice<bool>(start, x.Length)); break;
            default: return false;
        }

        return true;
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> x, Span<TTo> y)
        where TFrom : INumber<TFrom>
        where TTo : INumber<TTo>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = TTo.CreateTruncating(x[i]);
        }
    }

    private static void ConvertToBool<T>(ReadOnlySpan<T> x, Span<bool> y)
        where T : INumber<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = !T.IsZero(x[i]);
        }
    }

    private static void ConvertToBFloat16<T>(ReadOnlySpan<T> x, Span<BFloat16> y)
        where T : INumber<T>
    {
        for (int i = 0; i < x.Length; i++)
        {
            y[i] = BFloat16.FromSingle(float.CreateTruncating(x[i]));
        }
    }

    private static bool ToSingle<T>(Tensor x, Tensor y)
        where T : unmanaged
    {
        for (long start = 0; start < x.ElementCount; start += Block)
        {
            int count = (int)Math.Min(Block, x.ElementCount - start);
            SingleConversion.ToSingle(x.Slice<T>(start, count), y.WritableSlice<float>(start, count));
        }

        return true;
    }

    private static bool TryThroughSingle(Tensor x, Tensor y)
    {
        Span<float> block = stackalloc float[512];
        for (long start = 0; start < x.ElementCount; start += block.Length)
        {
            int count = (int)Math.Min(block.Length, x.ElementCount - start);
            SingleConversion.ToSingle(x.Slice<BFloat16>(start, count), block);
            if (!TryConvert<float>(block[..count], y, start))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryFromNibbles(Tensor x, Tensor y)
    {
        ReadOnlySpan<byte> packed = x.AsReadOnlySpan<byte>();
        bool isSigned = x.ElementType == ElementType.Int4;
        Span<sbyte> one = stackalloc sbyte[1];
        for (long i = 0; i < x.ElementCount; i++)
        {
            int nibble = (packed[(int)(i / 2)] >> (int)(i % 2 * 4)) & 15;
            one[0] = (sbyte)(isSigned && nibble > 7 ? nibble - 16 : nibble);
            if (!TryConvert<sbyte>(one, y, i))
            {
                return false;
            }
        }

        return true;
    }
}
