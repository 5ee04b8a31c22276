using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{% block name %}…{% endblock %}</c>. A block sees the template's own variables only, unless it is <c>scoped</c>.</summary>
internal sealed class BlockStatement(string name, bool isScoped, bool isRequired, IReadOnlyList<Statement> body, int line) : Statement(line)
{
    public string Name { get; } = name;

    public override Flow Execute(RenderContext context)
    {
        if (isRequired)
        {
            throw JinjaException.Value($"required block '{Name}' not found");
        }

        ExecuteScoped(body, context, new Scope(isScoped ? context.Scope : context.TopLevel));
        return Flow.Next;
    }

    public StringValue Render(RenderContext context)
    {
        context.Budget.EnterCall();
        StringValue text = context.Capture(() => Execute(context));
        context.Budget.LeaveCall();
        return text;
    }
}
