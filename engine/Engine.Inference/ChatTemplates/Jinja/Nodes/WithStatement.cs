using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{% with name = value %}…{% endwith %}</c>. Values are evaluated outside.</summary>
internal sealed class WithStatement(IReadOnlyList<KeyValuePair<AssignmentTarget, Expression>> assignments, IReadOnlyList<Statement> body, int line)
    : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        Value[] values = [.. assignments.Select(assignment => assignment.Value.Evaluate(context))];
        Scope outer = context.Scope;
        context.Scope = new Scope(outer);
        try
        {
            for (int i = 0; i < values.Length; i++)
            {
                assignments[i].Key.Assign(values[i], context);
            }

            return ExecuteAll(body, context);
        }
        finally
        {
            context.Scope = outer;
        }
    }
}
