using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>What <c>cycler(…)</c> gives: values in turn, again and again.</summary>
internal sealed class CyclerValue(IReadOnlyList<Value> items) : Value
{
    private int _position;

    public override string TypeName => "Cycler";

    public override Value? Attribute(string name) => name switch
    {
        "current" => items[_position],
        "items" => new TupleValue(items),
        "pos" => IntegerValue.Of(_position),
        "next" => new MethodValue(name, (_, _) =>
        {
            Value current = items[_position];
            _position = (_position + 1) % items.Count;
            return current;
        }),
        "reset" => new MethodValue(name, (_, _) =>
        {
            _position = 0;
            return NoneValue.Instance;
        }),
        _ => null,
    };

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append("<Cycler>");
}
