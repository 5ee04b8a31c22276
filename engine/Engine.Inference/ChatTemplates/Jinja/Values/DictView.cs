using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> of a dictionary give.</summary>
internal sealed class DictView(DictValue dict, string kind) : Value
{
    public override string TypeName => "dict_" + kind;

    public override bool IsTrue => dict.Entries.Count > 0;

    public override bool IsIterable => true;

    public override int? Length => dict.Entries.Count;

    public override StringValue ToText(RenderBudget budget) => AllContent(budget);

    public override IEnumerable<Value> Iterate(RenderBudget budget) => kind switch
    {
        "keys" => dict.Entries.Keys,
        "values" => dict.Entries.Values,
        _ => dict.Entries.Select(entry => new TupleValue([entry.Key, entry.Value])),
    };

    public override bool Contains(Value item, RenderBudget budget) =>
        kind == "keys" ? dict.Contains(item, budget) : base.Contains(item, budget);

    public override void WriteRepr(TextBuilder builder, int depth)
    {
        CheckDepth(depth);
        builder.Append(TypeName + "(");
        ListValue.Collect(Iterate(builder.Budget), builder.Budget).WriteRepr(builder, depth);
        builder.Append(")");
    }
}
