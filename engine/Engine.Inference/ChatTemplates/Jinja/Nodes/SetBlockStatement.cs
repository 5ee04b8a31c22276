using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{% set target | filter %}…{% endset %}</c>.</summary>
internal sealed class SetBlockStatement(AssignmentTarget target, FilterExpression? filter, IReadOnlyList<Statement> body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        StringValue text = context.Capture(() => ExecuteScoped(body, context, new Scope(context.Scope)));
        text = context.AutoEscape ? MarkupValue.Of(text) : text;
        target.Assign(filter?.ApplyChain(text, context) ?? text, context);
        return Flow.Next;
    }
}
