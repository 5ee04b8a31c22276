using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>A group of <c>groupby</c>: a pair that also has names for its two elements.</summary>
internal sealed class GroupValue(Value grouper, ListValue list) : SequenceValue([grouper, list])
{
    public override string TypeName => "tuple";

    public override bool IsHashable => false;

    public override Value? Attribute(string name) => name switch
    {
        "grouper" => Items[0],
        "list" => Items[1],
        _ => base.Attribute(name),
    };

    public override int GetHashCode() => throw JinjaException.Type("unhashable type: 'list'");

    public override SequenceValue With(IReadOnlyList<Value> items) => new TupleValue(items);

    public override void WriteRepr(TextBuilder builder, int depth) => new TupleValue(Items).WriteRepr(builder, depth);
}
