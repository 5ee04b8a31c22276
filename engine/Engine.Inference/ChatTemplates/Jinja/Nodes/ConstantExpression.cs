using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

internal sealed class ConstantExpression(Value value, int line) : Expression(line)
{
    public Value Value { get; } = value;

    public override Value Evaluate(RenderContext context) => Value;
}
