using System.Runtime.InteropServices;

namespace Engine.Onnx.Tensors;

/// <summary>The upper 16 bits of a single: its range with 8 bits of precision. Storage only; arithmetic goes through <see cref="float"/>.</summary>
/// <param name="Bits">Sign, 8 bits of exponent, 7 of fraction.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BFloat16(ushort Bits)
{
    /// <summary>The exact value as a single.</summary>
    public static explicit operator float(BFloat16 value) => value.ToSingle();

    /// <summary>The nearest value, ties to even; NaN stays NaN, overflow becomes infinity.</summary>
    public static explicit operator BFloat16(float value) => FromSingle(value);

    /// <summary>The exact value as a single.</summary>
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);

    /// <summary>The nearest value, ties to even; NaN stays NaN, overflow becomes infinity.</summary>
    public static BFloat16 FromSingle(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            // The rounding below could carry a NaN's fraction into the exponent; the quiet bit keeps it a NaN.
            return new BFloat16((ushort)((bits >> 16) | 0x40));
        }

        return new BFloat16((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <inheritdoc/>
    public override string ToString() => ToSingle().ToString(System.Globalization.CultureInfo.InvariantCulture);
}
