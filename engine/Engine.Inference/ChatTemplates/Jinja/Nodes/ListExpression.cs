using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>A list or tuple that is written out.</summary>
internal sealed class ListExpression(IReadOnlyList<Expression> items, bool isTuple, int line) : Expression(line)
{
    public IReadOnlyList<Expression> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;

    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Elements(Items.Count);
        Value[] values = new Value[Items.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Items[i].Evaluate(context);
        }

        return IsTuple ? new TupleValue(values) : new ListValue(values);
    }
}
