using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>and</c> and <c>or</c>, which give one of their operands.</summary>
internal sealed class LogicalExpression(Expression left, bool isAnd, Expression right, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        Value value = left.Evaluate(context);
        return value.IsTrue == isAnd ? right.Evaluate(context) : value;
    }
}
