using System.Globalization;
using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>An integer of any size, up to <see cref="RenderLimits.IntegerBits"/>.</summary>
internal sealed class IntegerValue : Value
{
    private const int CachedFrom = -16;
    private static readonly IntegerValue[] Cache = [.. Enumerable.Range(CachedFrom, 1040).Select(i => new IntegerValue(i))];

    private IntegerValue(BigInteger integer) => Integer = integer;

    public BigInteger Integer { get; }

    public override string TypeName => "int";

    public override bool IsTrue => !Integer.IsZero;

    public static IntegerValue Of(BigInteger value)
    {
        if (value >= CachedFrom && value < CachedFrom + Cache.Length)
        {
            return Cache[(int)value - CachedFrom];
        }

        if (value.GetBitLength() > RenderLimits.IntegerBits)
        {
            throw JinjaException.Budget($"an integer has more than {RenderLimits.IntegerBits} bits");
        }

        return new IntegerValue(value);
    }

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append(Integer.ToString(CultureInfo.InvariantCulture));

    public override Value? Attribute(string name) => NumberAttribute(name, Integer);

    public override bool TryInteger(out BigInteger value)
    {
        value = Integer;
        return true;
    }

    public override bool TryFloat(out double value)
    {
        value = PythonFloat.FromInteger(Integer);
        return true;
    }

    public override bool Equals(object? obj) => obj is Value other && Operators.NumbersEqual(this, other);

    // Equal numbers of all kinds have equal hashes: an integer that a double holds takes the double's.
    public override int GetHashCode()
    {
        double number = PythonFloat.FromInteger(Integer);
        return double.IsFinite(number) && new BigInteger(number) == Integer ? FloatValue.HashOf(number) : Integer.GetHashCode();
    }

    internal static Value? NumberAttribute(string name, BigInteger value) => name switch
    {
        "real" or "numerator" => Of(value),
        "imag" => Of(0),
        "denominator" => Of(1),
        "bit_length" => new MethodValue("bit_length", (_, arguments) =>
        {
            arguments.BindPositional("bit_length", 0, 0);
            return Of((BigInteger.Abs(value)).GetBitLength());
        }),
        "conjugate" => new MethodValue("conjugate", (_, _) => Of(value)),
        "is_integer" => new MethodValue("is_integer", (_, _) => BooleanValue.True),
        _ => null,
    };
}
