using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

internal sealed class ListValue(IReadOnlyList<Value> items) : SequenceValue(items)
{
    public override string TypeName => "list";

    public override bool IsHashable => false;

    public override SequenceValue With(IReadOnlyList<Value> items) => new ListValue(items);

    public override void WriteRepr(TextBuilder builder, int depth)
    {
        builder.Append('[');
        WriteItems(builder, depth);
        builder.Append(']');
    }

    /// <summary>Collects a sequence, charging each element.</summary>
    public static ListValue Collect(IEnumerable<Value> items, RenderBudget budget)
    {
        List<Value> list = [];
        foreach (Value item in items)
        {
            budget.Elements(1);
            list.Add(item);
        }

        return new ListValue(list);
    }
}
