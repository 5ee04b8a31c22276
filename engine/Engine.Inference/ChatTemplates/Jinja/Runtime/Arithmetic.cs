using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Formatting;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>The arithmetic operators, on numbers, strings and lists as in Python.</summary>
internal static class Arithmetic
{
    public static Value Add(Value left, Value right, RenderBudget budget)
    {
        if (left is StringValue a && right is StringValue b)
        {
            return Concatenate(a, b, budget);
        }

        if (left is SequenceValue first && right is SequenceValue second && first.GetType() == second.GetType())
        {
            budget.Elements(first.Items.Count + second.Items.Count);
            return first.With([.. first.Items, .. second.Items]);
        }

        return Numbers(left, right, budget, "+", (x, y) => x + y, (x, y) => x + y);
    }

    public static Value Subtract(Value left, Value right, RenderBudget budget) => Numbers(left, right, budget, "-", (x, y) => x - y, (x, y) => x - y);

    public static Value Multiply(Value left, Value right, RenderBudget budget)
    {
        if (left is StringValue or SequenceValue && right.TryInteger(out BigInteger count))
        {
            return Repeat(left, count, budget);
        }

        if (right is StringValue or SequenceValue && left.TryInteger(out count))
        {
            return Repeat(right, count, budget);
        }

        if (left.TryInteger(out BigInteger a) && right.TryInteger(out BigInteger b))
        {
            CheckBits(a.GetBitLength() + b.GetBitLength());
        }

        return Numbers(left, right, budget, "*", (x, y) => x * y, (x, y) => x * y);
    }

    public static Value Divide(Value left, Value right, RenderBudget budget)
    {
        if (left.TryInteger(out BigInteger a) && right.TryInteger(out BigInteger b))
        {
            ChargeBits(a, b, budget);
            return new FloatValue(DivideIntegers(a, b));
        }

        return Numbers(left, right, budget, "/", null, (x, y) => x / NotZero(y));
    }

    public static Value FloorDivide(Value left, Value right, RenderBudget budget) =>
        Numbers(left, right, budget, "//", FloorDivide, (x, y) => FloorOf((x - FloatRemainder(x, y)) / NotZero(y)));

    public static Value Remainder(Value left, Value right, RenderBudget budget) => left is StringValue format
        ? PercentFormat.Apply(format, right, budget)
        : Numbers(left, right, budget, "%", (x, y) => x - FloorDivide(x, y) * y, FloatRemainder);

    public static Value Power(Value left, Value right, RenderBudget budget)
    {
        if (left.TryInteger(out BigInteger a) && right.TryInteger(out BigInteger b) && b.Sign >= 0)
        {
            if (a.IsZero || a.IsOne || a == BigInteger.MinusOne)
            {
                return IntegerValue.Of(b.IsZero || a.IsOne || (a.Sign < 0 && b.IsEven) ? 1 : a);
            }

            CheckBits(b > RenderLimits.IntegerBits ? long.MaxValue : (a.GetBitLength() - 1) * (long)b);
            budget.Steps(1 + (long)b / 64);
            return IntegerValue.Of(BigInteger.Pow(a, (int)b));
        }

        return Numbers(left, right, budget, "**", null, (x, y) =>
        {
            if (x == 0 && y < 0)
            {
                throw JinjaException.Value("0.0 cannot be raised to a negative power");
            }

            double power = Math.Pow(x, y);
            return x < 0 && !double.IsInteger(y) && double.IsFinite(y) ? throw JinjaException.Value("complex numbers are not supported") : power;
        });
    }

    public static Value Negate(Value value)
    {
        if (value.TryInteger(out BigInteger integer))
        {
            return IntegerValue.Of(-integer);
        }

        return value is FloatValue number ? new FloatValue(-number.Number) : throw BadOperand("-", value);
    }

    public static Value Plus(Value value)
    {
        if (value.TryInteger(out BigInteger integer))
        {
            return IntegerValue.Of(integer);
        }

        return value is FloatValue ? value : throw BadOperand("+", value);
    }

    public static StringValue Concatenate(StringValue left, StringValue right, RenderBudget budget)
    {
        if (left is MarkupValue || right is MarkupValue)
        {
            return MarkupValue.Of(Concatenate(Plain(MarkupValue.Escape(left, budget)), Plain(MarkupValue.Escape(right, budget)), budget));
        }

        if (left.Text.Length == 0 || right.Text.Length == 0)
        {
            return left.Text.Length == 0 ? right : left;
        }

        budget.Characters(left.Text.Length + right.Text.Length);
        return new StringValue(left.Text + right.Text, ContentMap.Join(left.Content, left.Text.Length, right.Content, right.Text.Length));
    }

    public static BigInteger FloorDivide(BigInteger x, BigInteger y)
    {
        if (y.IsZero)
        {
            throw JinjaException.Value("integer division or modulo by zero");
        }

        BigInteger quotient = BigInteger.DivRem(x, y, out BigInteger remainder);
        return !remainder.IsZero && (remainder.Sign < 0) != (y.Sign < 0) ? quotient - 1 : quotient;
    }

    private static StringValue Plain(MarkupValue markup) => new(markup.Text, markup.Content);

    private static Value Repeat(Value value, BigInteger count, RenderBudget budget)
    {
        int times = (int)BigInteger.Clamp(count, 0, int.MaxValue);
        if (value is SequenceValue sequence)
        {
            budget.Elements((long)sequence.Items.Count * times);
            return sequence.With([.. Enumerable.Repeat(sequence.Items, times).SelectMany(items => items)]);
        }

        StringValue text = (StringValue)value;
        budget.Characters((long)text.Text.Length * times);
        if (text.Content is null || text.Content.IsEverything)
        {
            string repeated = text.Text.Length == 0 ? "" : string.Concat(Enumerable.Repeat(text.Text, times));
            return text is MarkupValue ? new MarkupValue(repeated, text.Content) : new StringValue(repeated, repeated.Length == 0 ? null : text.Content);
        }

        TextBuilder builder = new(budget);
        for (int i = 0; i < times; i++)
        {
            builder.Append(text);
        }

        return text is MarkupValue ? MarkupValue.Of(builder.ToValue()) : builder.ToValue();
    }

    private static double DivideIntegers(BigInteger a, BigInteger b)
    {
        if (b.IsZero)
        {
            throw JinjaException.Value("division by zero");
        }

        if (BigInteger.Abs(a) < 1L << 53 && BigInteger.Abs(b) < 1L << 53)
        {
            return (double)a / (double)b;
        }

        // Beyond 2^53 the quotient of rounded operands may be one off: take more bits than a double holds, and round once.
        long shift = 66 - (a.GetBitLength() - b.GetBitLength());
        BigInteger numerator = shift > 0 ? BigInteger.Abs(a) << (int)shift : BigInteger.Abs(a);
        BigInteger denominator = shift > 0 ? BigInteger.Abs(b) : BigInteger.Abs(b) << (int)-shift;
        BigInteger scaled = BigInteger.DivRem(numerator, denominator, out BigInteger remainder);
        double result = Math.ScaleB(PythonFloat.FromInteger((scaled << 1) | (remainder.IsZero ? 0 : 1)), (int)-shift - 1);
        return double.IsInfinity(result)
            ? throw JinjaException.Value("integer division result too large for a float")
            : (a.Sign < 0) != (b.Sign < 0) ? -result : result;
    }

    private static double FloatRemainder(double x, double y)
    {
        double remainder = x % NotZero(y);
        return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder == 0 ? Math.CopySign(0, y) : remainder;
    }

    // The division is exact but for rounding: take the nearest integer, as CPython does.
    private static double FloorOf(double quotient) => quotient - Math.Floor(quotient) > 0.5 ? Math.Floor(quotient) + 1 : Math.Floor(quotient);

    private static double NotZero(double value) => value == 0 ? throw JinjaException.Value("float division by zero") : value;

    private static Value Numbers(
        Value left, Value right, RenderBudget budget, string symbol, Func<BigInteger, BigInteger, BigInteger>? integers, Func<double, double, double> floats)
    {
        if (integers is not null && left.TryInteger(out BigInteger a) && right.TryInteger(out BigInteger b))
        {
            ChargeBits(a, b, budget);
            return IntegerValue.Of(integers(a, b));
        }

        if (left.TryFloat(out double x) && right.TryFloat(out double y))
        {
            return new FloatValue(floats(x, y));
        }

        throw (left as UndefinedValue ?? right as UndefinedValue)?.Failure()
            ?? JinjaException.Type(left is StringValue && symbol == "+"
                ? $"can only concatenate str (not \"{right.TypeName}\") to str"
                : $"unsupported operand types for {symbol}: '{left.TypeName}' and '{right.TypeName}'");
    }

    private static JinjaException BadOperand(string symbol, Value value) => value is UndefinedValue undefined
        ? undefined.Failure()
        : JinjaException.Type($"bad operand type for unary {symbol}: '{value.TypeName}'");

    /// <summary>Charges the work on long integers, which grows with the product of their lengths.</summary>
    private static void ChargeBits(BigInteger a, BigInteger b, RenderBudget budget)
    {
        long words = a.GetBitLength() / 64 * (b.GetBitLength() / 64);
        if (words > 64)
        {
            budget.Steps(words / 32);
        }
    }

    private static void CheckBits(long bits)
    {
        if (bits > RenderLimits.IntegerBits)
        {
            throw JinjaException.Budget($"an integer has more than {RenderLimits.IntegerBits} bits");
        }
    }
}
