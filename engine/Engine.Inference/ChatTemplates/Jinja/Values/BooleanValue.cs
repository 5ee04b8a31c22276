using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

internal sealed class BooleanValue : Value
{
    private readonly StringValue _text;

    private BooleanValue(bool value)
    {
        Boolean = value;
        _text = new StringValue(value ? "True" : "False");
    }

    public static BooleanValue True { get; } = new(true);

    public static BooleanValue False { get; } = new(false);

    public bool Boolean { get; }

    public override string TypeName => "bool";

    public override bool IsTrue => Boolean;

    public static BooleanValue Of(bool value) => value ? True : False;

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append(_text);

    public override StringValue ToText(RenderBudget budget) => _text;

    public override Value? Attribute(string name) => IntegerValue.NumberAttribute(name, Boolean ? 1 : 0);

    public override bool TryInteger(out BigInteger value)
    {
        value = Boolean ? BigInteger.One : BigInteger.Zero;
        return true;
    }

    public override bool TryFloat(out double value)
    {
        value = Boolean ? 1 : 0;
        return true;
    }

    public override bool Equals(object? obj) => obj is Value other && Operators.NumbersEqual(this, other);

    public override int GetHashCode() => FloatValue.HashOf(Boolean ? 1 : 0);
}
