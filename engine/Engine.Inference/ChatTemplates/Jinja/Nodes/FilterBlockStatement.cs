using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{% filter name %}…{% endfilter %}</c>.</summary>
internal sealed class FilterBlockStatement(FilterExpression filter, IReadOnlyList<Statement> body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        StringValue text = context.Capture(() => ExecuteScoped(body, context, new Scope(context.Scope)));
        text = context.AutoEscape ? MarkupValue.Of(text) : text;
        context.Output.Append(filter.ApplyChain(text, context).ToText(context.Budget));
        return Flow.Next;
    }
}
