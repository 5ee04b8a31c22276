using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>Unary minus or plus.</summary>
internal sealed class SignExpression(bool isMinus, Expression operand, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        Value value = operand.Evaluate(context);
        return isMinus ? Arithmetic.Negate(value) : Arithmetic.Plus(value);
    }
}
