using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>owner[start:stop:step]</c>; a bound that is not written is <see langword="null"/>.</summary>
internal sealed class SliceExpression(Expression owner, Expression? start, Expression? stop, Expression? step, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Step();
        Value value = owner.Evaluate(context);
        return Slices.Of(value, start?.Evaluate(context), stop?.Evaluate(context), step?.Evaluate(context), context.Budget);
    }
}
