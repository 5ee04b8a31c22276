using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{% set target = value %}</c>.</summary>
internal sealed class SetStatement(AssignmentTarget target, Expression value, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        target.Assign(value.Evaluate(context), context);
        return Flow.Next;
    }
}
