using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>What <c>namespace()</c> gives: the one object whose attributes templates may set, also from inside a loop.</summary>
internal sealed class NamespaceValue(OrderedDictionary<Value, Value> attributes) : Value
{
    public override string TypeName => "Namespace";

    public void Set(StringValue name, Value value) => attributes[name] = value;

    public override Value? Attribute(string name) => attributes.TryGetValue(new StringValue(name), out Value? value) ? value : null;

    public override void WriteRepr(TextBuilder builder, int depth)
    {
        builder.Append("<Namespace ");
        new DictValue(attributes).WriteRepr(builder, depth + 1);
        builder.Append('>');
    }
}
