using System.Globalization;
using System.Numerics;
using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Formatting;

/// <summary>Python's format mini-language: <c>[[fill]align][sign][z][#][0][width][grouping][.precision][type]</c>.</summary>
internal sealed class FormatSpec
{
    private const int LongestField = 1_000_000;
    private const int MostDecimals = 1000;

    private string _fill = " ";
    private char _align;
    private char _sign = '-';
    private bool _isAlternate;
    private int _width;
    private char _grouping;
    private int? _precision;
    private char _type;

    public static FormatSpec Parse(string text)
    {
        FormatSpec spec = new();
        int at = 0;
        int fillLength = text.Length > 0 ? PythonText.CharacterLength(text, 0) : 0;
        if (text.Length > fillLength && text[fillLength] is '<' or '>' or '=' or '^')
        {
            spec._fill = text[..fillLength];
            spec._align = text[fillLength];
            at = fillLength + 1;
        }
        else if (text.Length > 0 && text[0] is '<' or '>' or '=' or '^')
        {
            spec._align = text[at++];
        }

        char Peek() => at < text.Length ? text[at] : '\0';
        if (Peek() is '+' or '-' or ' ')
        {
            spec._sign = text[at++];
        }

        if (Peek() == '#')
        {
            spec._isAlternate = true;
            at++;
        }

        if (Peek() == '0')
        {
            if (spec._align == '\0')
            {
                spec._fill = "0";
                spec._align = '=';
            }

            at++;
        }

        spec._width = ReadNumber(text, ref at) ?? 0;
        if (Peek() is ',' or '_')
        {
            spec._grouping = text[at++];
        }

        if (Peek() == '.')
        {
            at++;
            spec._precision = ReadNumber(text, ref at) ?? throw JinjaException.Value("Format specifier missing precision");
        }

        if (at < text.Length)
        {
            spec._type = text[at++];
        }

        return at == text.Length ? spec : throw JinjaException.Value($"Invalid format specifier '{text}'");
    }

    public StringValue Apply(Value value, RenderBudget budget)
    {
        if (value is StringValue text)
        {
            return ApplyText(text, budget);
        }

        if (value.TryInteger(out BigInteger integer) && _type is '\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X' or 'c')
        {
            return _type == 'c'
                ? Pad(new StringValue(Character(integer)), '<', budget)
                : Number(integer.Sign < 0, Prefix() + Group(Digits(BigInteger.Abs(integer)), _type is '\0' or 'd' or 'n' ? 3 : 4), budget);
        }

        if (value.TryFloat(out double number))
        {
            string magnitude = FloatText(Math.Abs(number));
            int whole = magnitude.AsSpan().IndexOfAnyExceptInRange('0', '9');
            whole = whole < 0 ? magnitude.Length : whole;
            return Number(double.IsNegative(number) && !double.IsNaN(number), Group(magnitude[..whole], 3) + magnitude[whole..], budget);
        }

        throw value is UndefinedValue undefined ? undefined.Failure() : JinjaException.Type($"unsupported format string passed to {value.TypeName}.__format__");
    }

    private static int? ReadNumber(string text, ref int at)
    {
        int start = at;
        int value = 0;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            value = value * 10 + (text[at++] - '0');
            if (value > LongestField)
            {
                throw JinjaException.Budget($"a format asks for more than {LongestField} characters");
            }
        }

        return at == start ? null : value;
    }

    private static string Character(BigInteger code) => code >= 0 && code <= 0x10FFFF && Rune.IsValid((int)code)
        ? new Rune((int)code).ToString()
        : throw JinjaException.Value("%c arg not in range(0x110000)");

    private StringValue ApplyText(StringValue text, RenderBudget budget)
    {
        if (_type is not ('\0' or 's') || _sign != '-' || _grouping != '\0' || (_align == '=' && _fill != "0"))
        {
            throw JinjaException.Value($"Invalid format specifier for a string: '{_type}'");
        }

        StringValue cut = _precision is { } precision && precision < text.CodePoints ? text.Slice(0, text.PlaceOf(precision), budget) : text;
        return Pad(cut, '<', budget);
    }

    private string Prefix() => !_isAlternate ? "" : _type switch { 'b' => "0b", 'o' => "0o", 'x' => "0x", 'X' => "0X", _ => "" };

    private string Digits(BigInteger value)
    {
        int radix = _type switch { 'b' => 2, 'o' => 8, 'x' or 'X' => 16, _ => 10 };
        string digits = IntegerText.InRadix(value, radix);
        return _type == 'X' ? digits.ToUpperInvariant() : digits;
    }

    private string FloatText(double value)
    {
        char type = _type;
        if (_precision > MostDecimals)
        {
            throw JinjaException.Budget($"a format asks for more than {MostDecimals} decimals");
        }

        if (!double.IsFinite(value))
        {
            string name = double.IsNaN(value) ? "nan" : "inf";
            return (char.IsUpper(type) ? name.ToUpperInvariant() : name) + (type == '%' ? "%" : "");
        }

        switch (type)
        {
            case '\0' when _precision is null:
                return PythonFloat.Repr(value);
            case '\0':
                string general = FloatFormat.General(value, _precision.Value, false, _isAlternate);
                return general.AsSpan().ContainsAny(".e") ? general : general + ".0";
            case 'f' or 'F':
                return PythonFloat.Fixed(value, _precision ?? 6) + (_isAlternate && _precision == 0 ? "." : "");
            case '%':
                return PythonFloat.Fixed(value * 100, _precision ?? 6) + "%";
            case 'e' or 'E':
                return FloatFormat.Exponential(value, _precision ?? 6, type == 'E');
            case 'g' or 'G' or 'n':
                return FloatFormat.General(value, _precision ?? 6, type == 'G', _isAlternate);
            default:
                throw JinjaException.Value($"Unknown format code '{type}' for object of type 'float'");
        }
    }

    private string Group(string digits, int size)
    {
        if (_grouping == '\0')
        {
            return digits;
        }

        StringBuilder builder = new();
        for (int i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % size == 0)
            {
                builder.Append(_grouping);
            }

            builder.Append(digits[i]);
        }

        return builder.ToString();
    }

    private StringValue Number(bool isNegative, string magnitude, RenderBudget budget)
    {
        string sign = isNegative ? "-" : _sign == '-' ? "" : _sign.ToString(CultureInfo.InvariantCulture);
        if (_align is not '=')
        {
            return Pad(new StringValue(sign + magnitude), '>', budget);
        }

        int missing = Math.Max(0, _width - sign.Length - magnitude.Length);
        budget.Characters(missing);
        return new StringValue(sign + string.Concat(Enumerable.Repeat(_fill, missing)) + magnitude);
    }

    private StringValue Pad(StringValue text, char defaultAlign, RenderBudget budget)
    {
        int missing = Math.Max(0, _width - text.CodePoints);
        if (missing == 0)
        {
            return text;
        }

        char align = _align is '\0' or '=' ? defaultAlign : _align;
        int left = align switch { '<' => 0, '>' => missing, _ => missing / 2 };
        TextBuilder builder = new(budget);
        builder.Append(string.Concat(Enumerable.Repeat(_fill, left)));
        builder.Append(text);
        builder.Append(string.Concat(Enumerable.Repeat(_fill, missing - left)));
        return builder.ToValue();
    }
}
