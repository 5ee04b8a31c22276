using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{% autoescape on %}…{% endautoescape %}</c>.</summary>
internal sealed class AutoEscapeStatement(Expression isOn, IReadOnlyList<Statement> body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        bool outer = context.AutoEscape;
        context.AutoEscape = isOn.Evaluate(context).IsTrue;
        try
        {
            return ExecuteScoped(body, context, new Scope(context.Scope));
        }
        finally
        {
            context.AutoEscape = outer;
        }
    }
}
