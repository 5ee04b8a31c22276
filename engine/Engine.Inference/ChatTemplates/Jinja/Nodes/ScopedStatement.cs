using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>Statements with a scope of their own: a generation block, which marks what the assistant wrote.</summary>
internal sealed class ScopedStatement(IReadOnlyList<Statement> body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context) => ExecuteScoped(body, context, new Scope(context.Scope));
}
