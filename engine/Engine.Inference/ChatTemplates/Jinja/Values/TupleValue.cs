using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

internal sealed class TupleValue(IReadOnlyList<Value> items) : SequenceValue(items)
{
    public override string TypeName => "tuple";

    public override bool IsHashable => Items.All(item => item.IsHashable);

    public override SequenceValue With(IReadOnlyList<Value> items) => new TupleValue(items);

    public override void WriteRepr(TextBuilder builder, int depth)
    {
        builder.Append('(');
        WriteItems(builder, depth);
        builder.Append(Items.Count == 1 ? ",)" : ")");
    }

    public override int GetHashCode()
    {
        HashCode hash = new();
        foreach (Value item in Items)
        {
            hash.Add(item.GetHashCode());
        }

        return hash.ToHashCode();
    }
}
