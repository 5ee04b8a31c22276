using System.Numerics;
using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Formatting;

/// <summary>Python's <c>format % values</c>.</summary>
internal sealed class PercentFormat
{
    private const int LongestField = 1_000_000;
    private const int MostDecimals = 1000;

    private readonly StringValue _format;
    private readonly Value _values;
    private readonly RenderBudget _budget;
    private readonly TextBuilder _output;
    private int _next;

    private PercentFormat(StringValue format, Value values, RenderBudget budget)
    {
        _format = format;
        _values = values;
        _budget = budget;
        _output = new TextBuilder(budget);
    }

    public static StringValue Apply(StringValue format, Value values, RenderBudget budget)
    {
        PercentFormat formatting = new(format, values, budget);
        formatting.Run();
        StringValue result = formatting._output.ToValue();
        return format is MarkupValue ? MarkupValue.Of(result) : result;
    }

    private void Run()
    {
        string text = _format.Text;
        int at = 0;
        while (at < text.Length)
        {
            int percent = text.IndexOf('%', at);
            if (percent < 0)
            {
                break;
            }

            _output.Append(_format, at, percent - at);
            at = percent + 1;
            RunField(text, ref at);
        }

        _output.Append(_format, at, text.Length - at);
        // Python lets one argument that is a mapping or a list go unused, since it has elements to ask for.
        int given = _values switch { TupleValue tuple => tuple.Items.Count, DictValue or ListValue or RangeValue or UndefinedValue => 0, _ => 1 };
        if (_next < given)
        {
            throw JinjaException.Type("not all arguments converted during string formatting");
        }
    }

    private void RunField(string text, ref int at)
    {
        Value? keyed = null;
        if (Peek(text, at) == '(')
        {
            int close = text.IndexOf(')', at);
            if (_values is not DictValue dict || close < 0)
            {
                throw JinjaException.Type("format requires a mapping");
            }

            StringValue key = new(text[(at + 1)..close]);
            keyed = dict.TryGet(key, out Value? found) ? found : throw JinjaException.Value($"KeyError: '{key.Text}'");
            at = close + 1;
        }

        int flagsStart = at;
        while (Peek(text, at) is '-' or '+' or ' ' or '#' or '0')
        {
            at++;
        }

        string flags = text[flagsStart..at];
        int width = Number(text, ref at) ?? 0;
        if (width < 0)
        {
            flags += "-";
            width = -width;
        }

        int? precision = null;
        if (Peek(text, at) == '.')
        {
            at++;
            precision = Math.Max(0, Number(text, ref at) ?? 0);
        }

        while (Peek(text, at) is 'h' or 'l' or 'L')
        {
            at++;
        }

        char conversion = at < text.Length ? text[at++] : throw JinjaException.Value("incomplete format");
        if (conversion == '%')
        {
            _output.Append('%');
            return;
        }

        StringValue converted = Convert(keyed ?? Next(), conversion, precision, flags);
        Write(_format is MarkupValue ? MarkupValue.Escape(converted, _budget) : converted, flags, width, conversion);
    }

    private static char Peek(string text, int at) => at < text.Length ? text[at] : '\0';

    private int? Number(string text, ref int at)
    {
        if (Peek(text, at) == '*')
        {
            at++;
            int given = Arguments.ToInt(Next(), "* width");
            return Math.Abs((long)given) <= LongestField ? given : throw TooLong();
        }

        int start = at;
        int value = 0;
        while (char.IsAsciiDigit(Peek(text, at)))
        {
            value = value * 10 + (text[at++] - '0');
            if (value > LongestField)
            {
                throw TooLong();
            }
        }

        return at == start ? null : value;
    }

    private static JinjaException TooLong() => JinjaException.Budget($"a format asks for more than {LongestField} characters");

    private Value Next()
    {
        int place = _next++;
        if (_values is TupleValue tuple)
        {
            return place < tuple.Items.Count ? tuple.Items[place] : throw JinjaException.Type("not enough arguments for format string");
        }

        return place == 0 ? _values : throw JinjaException.Type("not enough arguments for format string");
    }

    private StringValue Convert(Value value, char conversion, int? precision, string flags)
    {
        switch (conversion)
        {
            case 's' or 'r' or 'a':
                StringValue text = conversion == 's' ? value as MarkupValue ?? value.ToText(_budget) : Repr(value);
                return precision is { } most && most < text.CodePoints ? text.Slice(0, text.PlaceOf(most), _budget) : text;
            case 'c':
                return value is StringValue { CodePoints: 1 } character
                    ? character
                    : new StringValue(value.TryInteger(out BigInteger code) && code >= 0 && code <= 0x10FFFF && Rune.IsValid((int)code)
                        ? new Rune((int)code).ToString()
                        : throw JinjaException.Type("%c requires int or char"));
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                return new StringValue(Signed(IntegerDigits(value, conversion, precision, flags), flags));
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                if (!value.TryFloat(out double number))
                {
                    throw value is UndefinedValue undefined ? undefined.Failure() : JinjaException.Type($"must be real number, not {value.TypeName}");
                }

                return new StringValue(Signed((double.IsNegative(number) ? "-" : "") + FloatDigits(Math.Abs(number), conversion, precision ?? 6, flags), flags));
            default:
                throw JinjaException.Value($"unsupported format character '{conversion}'");
        }
    }

    private StringValue Repr(Value value)
    {
        TextBuilder builder = new(_budget);
        value.WriteRepr(builder, 0);
        return builder.ToValue();
    }

    private static string IntegerDigits(Value value, char conversion, int? precision, string flags)
    {
        BigInteger integer;
        if (value is FloatValue { Number: var number } && conversion is ('d' or 'i' or 'u') && double.IsFinite(number))
        {
            integer = new BigInteger(Math.Truncate(number));
        }
        else if (!value.TryInteger(out integer))
        {
            throw value is UndefinedValue undefined ? undefined.Failure() : JinjaException.Type($"%{conversion} format: a real number is required, not {value.TypeName}");
        }

        if (precision > MostDecimals)
        {
            throw JinjaException.Budget($"a format asks for more than {MostDecimals} digits");
        }

        int radix = conversion switch { 'x' or 'X' => 16, 'o' => 8, _ => 10 };
        string digits = IntegerText.InRadix(BigInteger.Abs(integer), radix).PadLeft(precision ?? 0, '0');
        string prefix = flags.Contains('#', StringComparison.Ordinal) ? radix switch { 16 => "0x", 8 => "0o", _ => "" } : "";
        return (integer.Sign < 0 ? "-" : "") + (conversion == 'X' ? (prefix + digits).ToUpperInvariant() : prefix + digits);
    }

    private static string FloatDigits(double value, char conversion, int precision, string flags)
    {
        if (precision > MostDecimals)
        {
            throw JinjaException.Budget($"a format asks for more than {MostDecimals} decimals");
        }

        if (!double.IsFinite(value))
        {
            string name = double.IsNaN(value) ? "nan" : "inf";
            return char.IsUpper(conversion) ? name.ToUpperInvariant() : name;
        }

        return char.ToLowerInvariant(conversion) switch
        {
            'e' => FloatFormat.Exponential(value, precision, conversion == 'E'),
            'g' => FloatFormat.General(value, precision, conversion == 'G', flags.Contains('#', StringComparison.Ordinal)),
            _ => PythonFloat.Fixed(value, precision),
        };
    }

    private static string Signed(string digits, string flags) => digits.StartsWith('-') ? digits
        : flags.Contains('+', StringComparison.Ordinal) ? "+" + digits
        : flags.Contains(' ', StringComparison.Ordinal) ? " " + digits
        : digits;

    private void Write(StringValue text, string flags, int width, char conversion)
    {
        int missing = Math.Max(0, width - text.CodePoints);
        bool isLeft = flags.Contains('-', StringComparison.Ordinal);
        bool isNumber = conversion is not ('s' or 'r' or 'a' or 'c');
        if (isNumber && !isLeft && flags.Contains('0', StringComparison.Ordinal))
        {
            int sign = text.Text.Length > 0 && text.Text[0] is '-' or '+' or ' ' ? 1 : 0;
            sign += flags.Contains('#', StringComparison.Ordinal) && conversion is 'x' or 'X' or 'o' ? 2 : 0;
            _output.Append(text.Text[..sign]);
            Blanks(missing, '0');
            _output.Append(text.Text[sign..]);
            return;
        }

        Blanks(isLeft ? 0 : missing, ' ');
        _output.Append(text);
        Blanks(isLeft ? missing : 0, ' ');
    }

    private void Blanks(int count, char fill)
    {
        if (count > 0)
        {
            _output.Append(new string(fill, count));
        }
    }
}
