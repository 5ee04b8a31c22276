using System.Globalization;
using System.Numerics;
using System.Text;

namespace Engine.Inference.ChatTemplates.Jinja;

/// <summary>How Python prints, rounds and reads floats.</summary>
internal static class PythonFloat
{
    /// <summary>The shortest text that reads back as the number, in Python's form.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }

        (string digits, int exponent) = Shortest(value);
        StringBuilder builder = new();
        if (value < 0)
        {
            builder.Append('-');
        }

        if (exponent is < -4 or >= 16)
        {
            builder.Append(digits[0]);
            if (digits.Length > 1)
            {
                builder.Append('.').Append(digits, 1, digits.Length - 1);
            }

            return builder.Append('e').Append(exponent < 0 ? '-' : '+').Append(Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)).ToString();
        }

        if (exponent < 0)
        {
            return builder.Append("0.").Append('0', -exponent - 1).Append(digits).ToString();
        }

        if (digits.Length <= exponent + 1)
        {
            return builder.Append(digits).Append('0', exponent + 1 - digits.Length).Append(".0").ToString();
        }

        return builder.Append(digits, 0, exponent + 1).Append('.').Append(digits, exponent + 1, digits.Length - exponent - 1).ToString();
    }

    /// <summary>The shortest significant digits and the exponent of the first.</summary>
    public static (string Digits, int Exponent) Shortest(double value)
    {
        string text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = e < 0 ? 0 : int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal);
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        exponent += (point < 0 ? mantissa.Length : point) - 1;
        int zeros = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), exponent - zeros);
    }

    /// <summary>The nearest double, ties to even; BigInteger's own conversion cuts instead of rounding.</summary>
    public static double FromInteger(BigInteger value)
    {
        BigInteger magnitude = BigInteger.Abs(value);
        long shift = magnitude.GetBitLength() - 64;
        if (shift <= 0)
        {
            return value.Sign * (double)(ulong)magnitude;
        }

        ulong top = (ulong)(magnitude >> (int)shift);
        bool isCut = !(magnitude & ((BigInteger.One << (int)shift) - 1)).IsZero;
        return value.Sign * Math.ScaleB((double)(isCut ? top | 1 : top), (int)shift);
    }

    /// <summary>The exact value times 10^<paramref name="decimals"/>, rounded half to even.</summary>
    public static BigInteger Scaled(double value, int decimals)
    {
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        int exponent = (int)(bits >> 52);
        BigInteger mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        exponent = Math.Max(exponent, 1) - 1075;
        BigInteger numerator = mantissa * (decimals > 0 ? BigInteger.Pow(10, decimals) : 1) * (exponent > 0 ? BigInteger.Pow(2, exponent) : 1);
        BigInteger denominator = (decimals < 0 ? BigInteger.Pow(10, -decimals) : 1) * (exponent < 0 ? BigInteger.Pow(2, -exponent) : 1);
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger remainder);
        int half = (remainder * 2).CompareTo(denominator);
        if (half > 0 || (half == 0 && !quotient.IsEven))
        {
            quotient++;
        }

        return value < 0 ? -quotient : quotient;
    }

    /// <summary>A fixed number of decimals, as <c>'%.2f'</c> gives. The number must be finite.</summary>
    public static string Fixed(double value, int decimals)
    {
        string digits = BigInteger.Abs(Scaled(value, decimals)).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string sign = double.IsNegative(value) ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>Python's <c>round(value, decimals)</c>.</summary>
    public static double Round(double value, int decimals)
    {
        if (!double.IsFinite(value) || decimals > 323)
        {
            return value;
        }

        if (decimals < -308)
        {
            return double.IsNegative(value) ? -0.0 : 0;
        }

        string text = decimals > 0 ? Fixed(value, decimals) : Scaled(value, decimals) + "E" + -decimals;
        double rounded = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return rounded == 0 && double.IsNegative(value) ? -0.0 : rounded;
    }

    /// <summary>Reads what <c>float()</c> reads.</summary>
    public static bool TryParse(string text, out double value)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim(PythonText.WhiteSpace);
        value = 0;
        string lower = trimmed.ToString().ToLowerInvariant();
        ReadOnlySpan<char> unsigned = lower.AsSpan().TrimStart("+-");
        if (lower.Length - unsigned.Length <= 1 && unsigned is "inf" or "infinity" or "nan")
        {
            value = unsigned is "nan" ? double.NaN : lower[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        return TryRemoveUnderscores(lower, out string digits)
            && !digits.AsSpan().ContainsAny("in")
            && double.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Removes underscores, which Python allows between digits only.</summary>
    public static bool TryRemoveUnderscores(string text, out string result)
    {
        result = text;
        for (int i = text.IndexOf('_', StringComparison.Ordinal); i >= 0; i = text.IndexOf('_', i + 1))
        {
            if (i == 0 || i == text.Length - 1 || !char.IsAsciiLetterOrDigit(text[i - 1]) || !char.IsAsciiLetterOrDigit(text[i + 1]))
            {
                return false;
            }
        }

        result = text.Replace("_", "", StringComparison.Ordinal);
        return true;
    }
}
