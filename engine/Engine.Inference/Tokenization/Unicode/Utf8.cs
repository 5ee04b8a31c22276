using System.Runtime.CompilerServices;

namespace Engine.Inference.Tokenization.Unicode;

/// <summary>
/// Steps through UTF-8 that is known to be valid: the tokenizer converts its input once, with U+FFFD for lone surrogates, and every
/// component keeps it valid.
/// </summary>
internal static class Utf8
{
    /// <summary>The code point at <paramref name="position"/>, which must be the beginning of one; <paramref name="length"/> is its bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Decode(ReadOnlySpan<byte> text, int position, out int length)
    {
        byte first = text[position];
        if (first < 0x80)
        {
            length = 1;
            return first;
        }

        return DecodeLong(text, position, first, out length);
    }

    /// <summary>The beginning of the character that ends at <paramref name="position"/>.</summary>
    public static int Previous(ReadOnlySpan<byte> text, int position)
    {
        do
        {
            position--;
        }
        while (position > 0 && (text[position] & 0xC0) == 0x80);

        return position;
    }

    /// <summary>How many bytes a character has whose first byte is <paramref name="first"/>.</summary>
    public static int LengthOf(byte first) => first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    public static int LengthOf(int codePoint) => codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;

    /// <summary>Writes a code point and gives the number of bytes.</summary>
    public static int Encode(int codePoint, Span<byte> destination)
    {
        switch (LengthOf(codePoint))
        {
            case 1:
                destination[0] = (byte)codePoint;
                return 1;
            case 2:
                destination[0] = (byte)(0xC0 | codePoint >> 6);
                destination[1] = (byte)(0x80 | codePoint & 0x3F);
                return 2;
            case 3:
                destination[0] = (byte)(0xE0 | codePoint >> 12);
                destination[1] = (byte)(0x80 | codePoint >> 6 & 0x3F);
                destination[2] = (byte)(0x80 | codePoint & 0x3F);
                return 3;
            default:
                destination[0] = (byte)(0xF0 | codePoint >> 18);
                destination[1] = (byte)(0x80 | codePoint >> 12 & 0x3F);
                destination[2] = (byte)(0x80 | codePoint >> 6 & 0x3F);
                destination[3] = (byte)(0x80 | codePoint & 0x3F);
                return 4;
        }
    }

    private static int DecodeLong(ReadOnlySpan<byte> text, int position, byte first, out int length)
    {
        if (first < 0xE0)
        {
            length = 2;
            return (first & 0x1F) << 6 | text[position + 1] & 0x3F;
        }

        if (first < 0xF0)
        {
            length = 3;
            return (first & 0x0F) << 12 | (text[position + 1] & 0x3F) << 6 | text[position + 2] & 0x3F;
        }

        length = 4;
        return (first & 0x07) << 18 | (text[position + 1] & 0x3F) << 12 | (text[position + 2] & 0x3F) << 6 | text[position + 3] & 0x3F;
    }
}
