using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

internal sealed class FloatValue(double number) : Value
{
    public double Number { get; } = number;

    public override string TypeName => "float";

    public override bool IsTrue => Number != 0;

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append(PythonFloat.Repr(Number));

    public override Value? Attribute(string name) => name switch
    {
        "real" => this,
        "imag" => new FloatValue(0),
        "conjugate" => new MethodValue(name, (_, _) => this),
        "is_integer" => new MethodValue(name, (_, _) => BooleanValue.Of(double.IsInteger(Number))),
        _ => null,
    };

    public override bool TryFloat(out double value)
    {
        value = Number;
        return true;
    }

    public override bool Equals(object? obj) => obj is Value other && Operators.NumbersEqual(this, other);

    public override int GetHashCode() => HashOf(Number);

    /// <summary>A hash with the process's random seed, so that nobody can choose numbers that collide. Both zeros have one.</summary>
    public static int HashOf(double number) => HashCode.Combine(number + 0.0);
}
