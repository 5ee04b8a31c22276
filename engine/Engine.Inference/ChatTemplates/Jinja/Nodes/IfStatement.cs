using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

internal sealed class IfStatement(
    IReadOnlyList<KeyValuePair<Expression, IReadOnlyList<Statement>>> branches, IReadOnlyList<Statement> otherwise, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        foreach ((Expression condition, IReadOnlyList<Statement> body) in branches)
        {
            context.Line = condition.Line;
            if (condition.Evaluate(context).IsTrue)
            {
                return ExecuteAll(body, context);
            }
        }

        return ExecuteAll(otherwise, context);
    }
}
