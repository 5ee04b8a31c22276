using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>A node that does something. Nodes are immutable: renderings share them.</summary>
internal abstract class Statement(int line)
{
    public int Line { get; } = line;

    public abstract Flow Execute(RenderContext context);

    /// <summary>Executes statements one after another, up to a break or continue.</summary>
    public static Flow ExecuteAll(IReadOnlyList<Statement> statements, RenderContext context)
    {
        for (int i = 0; i < statements.Count; i++)
        {
            context.Budget.Step();
            context.Line = statements[i].Line;
            Flow flow = statements[i].Execute(context);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    /// <summary>Executes statements in a scope of their own.</summary>
    protected static Flow ExecuteScoped(IReadOnlyList<Statement> statements, RenderContext context, Scope scope)
    {
        Scope outer = context.Scope;
        context.Scope = scope;
        try
        {
            return ExecuteAll(statements, context);
        }
        finally
        {
            context.Scope = outer;
        }
    }
}
