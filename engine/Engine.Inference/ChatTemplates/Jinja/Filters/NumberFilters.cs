using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Formatting;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>Filters about numbers.</summary>
internal static class NumberFilters
{
    public static Value Abs(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("abs", 0);
        if (input.TryInteger(out BigInteger integer))
        {
            return IntegerValue.Of(BigInteger.Abs(integer));
        }

        return input is FloatValue number ? new FloatValue(Math.Abs(number.Number)) : throw Bad(input, "abs");
    }

    public static Value Int(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("int", 0, "default", "base");
        Value otherwise = bound[0] ?? IntegerValue.Of(0);
        int radix = bound[1] is { } given ? Arguments.ToInt(given, "base") : 10;
        context.Budget.Steps(input is StringValue scanned ? scanned.Text.Length : 0);
        if (input.TryInteger(out BigInteger integer) || (input is StringValue digits && IntegerText.TryParse(digits.Text, radix, out integer)))
        {
            return IntegerValue.Of(integer);
        }

        if (input is UndefinedValue undefined)
        {
            throw undefined.Failure();
        }

        double number = double.NaN;
        bool isNumber = input.TryFloat(out number) || (input is StringValue text && PythonFloat.TryParse(text.Text, out number));
        return isNumber && double.IsFinite(number) ? IntegerValue.Of(new BigInteger(Math.Truncate(number))) : otherwise;
    }

    public static Value Float(RenderContext context, Value input, Arguments arguments)
    {
        Value otherwise = arguments.Bind("float", 0, "default")[0] ?? new FloatValue(0);
        if (input is UndefinedValue undefined)
        {
            throw undefined.Failure();
        }

        return input.TryFloat(out double number) || (input is StringValue text && PythonFloat.TryParse(text.Text, out number)) ? new FloatValue(number) : otherwise;
    }

    public static Value Round(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("round", 0, "precision", "method");
        int precision = bound[0] is { } given ? Arguments.ToInt(given, "precision") : 0;
        string method = bound[1] is { } named ? Arguments.ToText(named, "method").Text : "common";
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw JinjaException.Value("method must be common, ceil or floor");
        }

        if (!input.TryFloat(out double number))
        {
            throw Bad(input, "round");
        }

        if (method == "common")
        {
            return input.TryInteger(out BigInteger integer) ? RoundInteger(integer, precision) : new FloatValue(PythonFloat.Round(number, precision));
        }

        double scale = Math.Pow(10, precision);
        return new FloatValue((method == "ceil" ? Math.Ceiling(number * scale) : Math.Floor(number * scale)) / scale);
    }

    public static Value Sum(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("sum", 0, "attribute", "start");
        Func<Value, Value> key = AttributePath.Getter(bound[0], context);
        Value total = bound[1] ?? IntegerValue.Of(0);
        if (total is StringValue)
        {
            throw JinjaException.Type("sum() can't sum strings; use join");
        }

        foreach (Value item in input.Iterate(context.Budget))
        {
            context.Budget.Step();
            total = Arithmetic.Add(total, key(item), context.Budget);
        }

        return total;
    }

    public static Value FileSizeFormat(RenderContext context, Value input, Arguments arguments)
    {
        bool isBinary = arguments.Bind("filesizeformat", 0, "binary")[0]?.IsTrue ?? false;
        if (!input.TryFloat(out double bytes) && !(input is StringValue digits && PythonFloat.TryParse(digits.Text, out bytes)))
        {
            throw Bad(input, "filesizeformat");
        }

        if (!double.IsFinite(bytes))
        {
            throw JinjaException.Value("filesizeformat needs a finite number");
        }

        double unit = isBinary ? 1024 : 1000;
        if (bytes == 1)
        {
            return new StringValue("1 Byte");
        }

        if (bytes < unit)
        {
            return new StringValue($"{new BigInteger(Math.Truncate(bytes))} Bytes");
        }

        string[] prefixes = isBinary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        double size = unit;
        int place = 0;
        while (place < prefixes.Length - 1 && bytes >= size * unit)
        {
            size *= unit;
            place++;
        }

        return new StringValue(PythonFloat.Fixed(bytes / size, 1) + " " + prefixes[place]);
    }

    private static IntegerValue RoundInteger(BigInteger value, int precision)
    {
        if (precision >= 0)
        {
            return IntegerValue.Of(value);
        }

        if (precision < -RenderLimits.IntegerBits)
        {
            return IntegerValue.Of(0);
        }

        BigInteger unit = BigInteger.Pow(10, -precision);
        BigInteger quotient = Arithmetic.FloorDivide(value, unit);
        int half = ((value - quotient * unit) * 2).CompareTo(unit);
        return IntegerValue.Of((half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient) * unit);
    }

    private static JinjaException Bad(Value value, string filter) => value is UndefinedValue undefined
        ? undefined.Failure()
        : JinjaException.Type($"{filter} needs a number, not '{value.TypeName}'");
}
