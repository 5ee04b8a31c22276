using System.Numerics;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Quantization;

/// <summary>Elements of quantized tensors as integers, and integers back, held to the type's range.</summary>
internal static class QuantizedValues
{
    /// <summary>Reads some elements.</summary>
    /// <returns>False for a type that is none of the quantized ones.</returns>
    public static bool TryRead(Tensor tensor, long start, Span<int> values)
    {
        switch (tensor.ElementType)
        {
            case ElementType.UInt8: Widen(tensor.Slice<byte>(start, values.Length), values); return true;
            case ElementType.Int8: Widen(tensor.Slice<sbyte>(start, values.Length), values); return true;
            case ElementType.UInt16: Widen(tensor.Slice<ushort>(start, values.Length), values); return true;
            case ElementType.Int16: Widen(tensor.Slice<short>(start, values.Length), values); return true;
            case ElementType.Int32: tensor.Slice<int>(start, values.Length).CopyTo(values); return true;
            case ElementType.UInt4 or ElementType.Int4 or ElementType.UInt2 or ElementType.Int2: Unpack(tensor, start, values); return true;
            default: return false;
        }
    }

    /// <summary>Writes some elements; numbers outside the type's range become its ends.</summary>
    /// <returns>False for a type that is none of the quantized ones.</returns>
    public static bool TryWrite(Tensor tensor, long start, ReadOnlySpan<int> values)
    {
        switch (tensor.ElementType)
        {
            case ElementType.UInt8: Saturate(values, tensor.WritableSlice<byte>(start, values.Length)); return true;
            case ElementType.Int8: Saturate(values, tensor.WritableSlice<sbyte>(start, values.Length)); return true;
            case ElementType.UInt16: Saturate(values, tensor.WritableSlice<ushort>(start, values.Length)); return true;
            case ElementType.Int16: Saturate(values, tensor.WritableSlice<short>(start, values.Length)); return true;
            default: return false;
        }
    }

    private static void Widen<T>(ReadOnlySpan<T> source, Span<int> values)
        where T : INumber<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = int.CreateTruncating(source[i]);
        }
    }

    private static void Saturate<T>(ReadOnlySpan<int> values, Span<T> target)
        where T : INumber<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            target[i] = T.CreateSaturating(values[i]);
        }
    }

    private static void Unpack(Tensor tensor, long start, Span<int> values)
    {
        ReadOnlySpan<byte> packed = tensor.AsReadOnlySpan<byte>();
        int bits = tensor.ElementType.BitCount();
        int perByte = 8 / bits;
        int mask = (1 << bits) - 1;
        int sign = tensor.ElementType is ElementType.Int4 or ElementType.Int2 ? 1 << (bits - 1) : 0;
        for (int i = 0; i < values.Length; i++)
        {
            long place = start + i;
            int value = (packed[(int)(place / perByte)] >> (int)(place % perByte * bits)) & mask;
            values[i] = (value ^ sign) - sign;
        }
    }
}
