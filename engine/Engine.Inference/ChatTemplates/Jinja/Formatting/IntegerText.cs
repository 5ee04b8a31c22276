using System.Globalization;
using System.Numerics;
using System.Text;

namespace Engine.Inference.ChatTemplates.Jinja.Formatting;

/// <summary>Integers in any radix, to text and back.</summary>
internal static class IntegerText
{
    private const int MostDigits = 4300;

    public static string InRadix(BigInteger value, int radix)
    {
        if (radix == 10)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        if (value.IsZero)
        {
            return "0";
        }

        // Powers of two: the digits are groups of bits.
        int bits = BitOperations.Log2((uint)radix);
        int count = (int)((value.GetBitLength() + bits - 1) / bits);
        byte[] bytes = value.ToByteArray(isUnsigned: true);
        StringBuilder digits = new(count);
        for (int i = count - 1; i >= 0; i--)
        {
            int digit = 0;
            for (int bit = bits - 1; bit >= 0; bit--)
            {
                int place = i * bits + bit;
                digit = digit * 2 + (place / 8 < bytes.Length ? bytes[place / 8] >> (place % 8) & 1 : 0);
            }

            digits.Append("0123456789abcdef"[digit]);
        }

        return digits.ToString();
    }

    /// <summary>Reads what <c>int(text, radix)</c> reads; radix 0 goes by the prefix.</summary>
    public static bool TryParse(string text, int radix, out BigInteger value)
    {
        value = 0;
        string trimmed = text.Trim(PythonText.WhiteSpace.ToCharArray());
        bool isNegative = trimmed.StartsWith('-');
        string digits = isNegative || trimmed.StartsWith('+') ? trimmed[1..] : trimmed;
        int prefixRadix = digits.Length > 1 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefixRadix != 0 && (radix == prefixRadix || radix == 0))
        {
            radix = prefixRadix;
            digits = digits[2..];
            digits = digits.StartsWith('_') ? digits[1..] : digits;
        }
        else if (radix == 0)
        {
            radix = 10;
        }

        if (digits.Length is 0 or > MostDigits || !PythonFloat.TryRemoveUnderscores(digits, out digits))
        {
            return false;
        }

        foreach (char c in digits)
        {
            int digit = char.IsDigit(c) ? (int)char.GetNumericValue(c) : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : radix;
            if (digit >= radix)
            {
                return false;
            }

            value = value * radix + digit;
        }

        value = isNegative ? -value : value;
        return true;
    }
}
