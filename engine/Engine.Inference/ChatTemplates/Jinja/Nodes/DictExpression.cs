using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>A dictionary that is written out.</summary>
internal sealed class DictExpression(IReadOnlyList<KeyValuePair<Expression, Expression>> items, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Elements(items.Count * 2);
        OrderedDictionary<Value, Value> entries = new(items.Count);
        foreach ((Expression key, Expression value) in items)
        {
            entries[DictValue.CheckKey(key.Evaluate(context))] = value.Evaluate(context);
        }

        return new DictValue(entries);
    }
}
