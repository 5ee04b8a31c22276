using System.Globalization;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>
/// Reads a number as serde_json does without its exact mode: all digits as one integer, then one multiplication or division by a power of ten.
/// The last bit can differ from the nearest double, and where the scores of two spellings are equal but for it, it decides between them.
/// </summary>
internal static class JsonNumber
{
    private const int HighestPower = 308;

    private static readonly double[] PowersOfTen = Enumerable.Range(0, HighestPower + 1)
        .Select(power => double.Parse($"1e{power}", CultureInfo.InvariantCulture)).ToArray();

    /// <exception cref="FormatException">The number is too large for a double.</exception>
    public static double Parse(ReadOnlySpan<byte> digits)
    {
        bool negative = digits[0] == '-';
        ulong significand = 0;
        long exponent = 0;
        bool inFraction = false;
        bool full = false;
        int position = negative ? 1 : 0;
        for (; position < digits.Length && digits[position] is not ((byte)'e' or (byte)'E'); position++)
        {
            if (digits[position] == '.')
            {
                inFraction = true;
                continue;
            }

            uint digit = (uint)(digits[position] - '0');
            full |= significand > (ulong.MaxValue - digit) / 10;
            if (!full)
            {
                significand = significand * 10 + digit;
                exponent -= inFraction ? 1 : 0;
            }
            else if (!inFraction)
            {
                // Digits that do not fit count as zeros before the point and not at all behind it.
                exponent++;
            }
        }

        if (position < digits.Length)
        {
            exponent += ParseExponent(digits[(position + 1)..]);
        }

        double value = Scale(significand, exponent);
        return negative ? -value : value;
    }

    private static long ParseExponent(ReadOnlySpan<byte> digits)
    {
        bool negative = digits[0] == '-';
        long exponent = 0;
        foreach (byte digit in digits[(digits[0] is (byte)'-' or (byte)'+' ? 1 : 0)..])
        {
            exponent = Math.Min(exponent * 10 + digit - '0', int.MaxValue);
        }

        return negative ? -exponent : exponent;
    }

    private static double Scale(double value, long exponent)
    {
        while (exponent < -HighestPower && value != 0)
        {
            value /= PowersOfTen[HighestPower];
            exponent += HighestPower;
        }

        if (value == 0)
        {
            return value;
        }

        double scaled = exponent > HighestPower ? double.PositiveInfinity : exponent >= 0 ? value * PowersOfTen[exponent] : value / PowersOfTen[-exponent];
        return double.IsFinite(scaled) ? scaled : throw new FormatException("a number is too large");
    }
}
