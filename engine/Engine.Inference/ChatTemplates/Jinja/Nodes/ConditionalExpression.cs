using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>value if condition else otherwise</c>.</summary>
internal sealed class ConditionalExpression(Expression condition, Expression value, Expression? otherwise, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        if (condition.Evaluate(context).IsTrue)
        {
            return value.Evaluate(context);
        }

        return otherwise?.Evaluate(context) ?? UndefinedValue.OfHint("the inline if-expression evaluated to false and no else section was defined");
    }
}
