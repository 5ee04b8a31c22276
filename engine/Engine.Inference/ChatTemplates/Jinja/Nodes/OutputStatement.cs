using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{{ expression }}</c>.</summary>
internal sealed class OutputStatement(Expression expression, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        Value value = expression.Evaluate(context);
        context.Output.Append(context.AutoEscape ? MarkupValue.EscapeAny(value, context.Budget) : value.ToText(context.Budget));
        return Flow.Next;
    }
}
