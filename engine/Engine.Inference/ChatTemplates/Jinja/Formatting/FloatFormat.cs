using System.Globalization;
using System.Numerics;

namespace Engine.Inference.ChatTemplates.Jinja.Formatting;

/// <summary>The exponential and general forms of C's printf, rounded half to even on the exact value.</summary>
internal static class FloatFormat
{
    public static string Exponential(double value, int precision, bool isUpper)
    {
        (string digits, int exponent) = Digits(value, precision + 1);
        string mantissa = precision == 0 ? digits : $"{digits[0]}.{digits[1..]}";
        return mantissa + Exponent(exponent, isUpper);
    }

    public static string General(double value, int precision, bool isUpper, bool keepsZeros)
    {
        int significant = Math.Max(1, precision);
        (string digits, int exponent) = Digits(value, significant);
        string kept = keepsZeros ? digits : digits.TrimEnd('0');
        kept = kept.Length == 0 ? "0" : kept;
        if (exponent < -4 || exponent >= significant)
        {
            return (kept.Length > 1 ? $"{kept[0]}.{kept[1..]}" : kept) + Exponent(exponent, isUpper);
        }

        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + kept;
        }

        return kept.Length <= exponent + 1 ? kept.PadRight(exponent + 1, '0') : kept[..(exponent + 1)] + "." + kept[(exponent + 1)..];
    }

    private static string Exponent(int exponent, bool isUpper) =>
        (isUpper ? "E" : "e") + (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);

    private static (string Digits, int Exponent) Digits(double value, int count)
    {
        if (value == 0)
        {
            return (new string('0', count), 0);
        }

        int exponent = PythonFloat.Shortest(value).Exponent;
        string digits = BigInteger.Abs(PythonFloat.Scaled(value, count - 1 - exponent)).ToString(CultureInfo.InvariantCulture);
        // Rounding up may give a digit more (9.99 -> 10.0).
        return digits.Length > count ? (digits[..count], exponent + 1) : (digits.PadRight(count, '0'), exponent);
    }
}
