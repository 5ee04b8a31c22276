using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>owner[key]</c>.</summary>
internal sealed class ItemExpression(Expression owner, Expression key, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Step();
        Value value = owner.Evaluate(context);
        return Members.Item(value, key.Evaluate(context), context.Budget);
    }
}
