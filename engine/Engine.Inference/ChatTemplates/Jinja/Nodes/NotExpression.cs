using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

internal sealed class NotExpression(Expression operand, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context) => BooleanValue.Of(!operand.Evaluate(context).IsTrue);
}
