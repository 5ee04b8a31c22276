using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>What filters such as <c>map</c> and <c>select</c> give: a sequence that is made as it is read, once, and has no length.</summary>
internal sealed class GeneratorValue(IEnumerable<Value> items) : Value
{
    private readonly IEnumerator<Value> _items = items.GetEnumerator();

    public override string TypeName => "generator";

    public override bool IsIterable => true;

    public override IEnumerable<Value> Iterate(RenderBudget budget)
    {
        while (_items.MoveNext())
        {
            budget.Step();
            yield return _items.Current;
        }
    }

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append("<generator object>");
}
