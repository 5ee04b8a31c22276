namespace Engine.Onnx.Tensors;

/// <summary>Sizes and names of element types, and the .NET type that holds each.</summary>
public static class ElementTypes
{
    /// <summary>Bits of one element; 0 for types without a fixed size.</summary>
    public static int BitCount(this ElementType type) => type switch
    {
        ElementType.UInt2 or ElementType.Int2 => 2,
        ElementType.UInt4 or ElementType.Int4 or ElementType.Float4E2M1 => 4,
        ElementType.UInt8 or ElementType.Int8 or ElementType.Bool or ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ
            or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ or ElementType.Float8E8M0 => 8,
        ElementType.UInt16 or ElementType.Int16 or ElementType.Float16 or ElementType.BFloat16 => 16,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 32,
        ElementType.Float64 or ElementType.Int64 or ElementType.UInt64 or ElementType.Complex64 => 64,
        ElementType.Complex128 => 128,
        _ => 0,
    };

    /// <summary>Bytes that <paramref name="elementCount"/> elements take, elements below a byte packed.</summary>
    /// <exception cref="OverflowException">More than a 64-bit count.</exception>
    public static long ByteCount(this ElementType type, long elementCount)
    {
        int bits = type.BitCount();
        return bits >= 8 ? checked(elementCount * (bits / 8)) : (checked(elementCount * bits) + 7) / 8;
    }

    /// <summary>Whether this is one of the floating-point types that arithmetic knows: single, double, half, bfloat16.</summary>
    public static bool IsFloatingPoint(this ElementType type) =>
        type is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16;

    /// <summary>The name that messages use: ONNX's own, in lower case.</summary>
    public static string Name(this ElementType type) => type switch
    {
        ElementType.Float32 => "float",
        ElementType.Float64 => "double",
        _ when Enum.IsDefined(type) => type.ToString().ToLowerInvariant(),
        _ => $"element type {(int)type}",
    };

    /// <summary>The element type that <typeparamref name="T"/> holds; <see cref="ElementType.Undefined"/> for a type that holds none.</summary>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) { return ElementType.Float32; }
        if (typeof(T) == typeof(Half)) { return ElementType.Float16; }
        if (typeof(T) == typeof(BFloat16)) { return ElementType.BFloat16; }
        if (typeof(T) == typeof(double)) { return ElementType.Float64; }
        if (typeof(T) == typeof(long)) { return ElementType.Int64; }
        if (typeof(T) == typeof(int)) { return ElementType.Int32; }
        if (typeof(T) == typeof(short)) { return ElementType.Int16; }
        if (typeof(T) == typeof(sbyte)) { return ElementType.Int8; }
        if (typeof(T) == typeof(ulong)) { return ElementType.UInt64; }
        if (typeof(T) == typeof(uint)) { return ElementType.UInt32; }
        if (typeof(T) == typeof(ushort)) { return ElementType.UInt16; }
        if (typeof(T) == typeof(byte)) { return ElementType.UInt8; }
        return typeof(T) == typeof(bool) ? ElementType.Bool : ElementType.Undefined;
    }
}
