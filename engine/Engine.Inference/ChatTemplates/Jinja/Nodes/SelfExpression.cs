using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>The blocks of the template, as the variable <c>self</c> gives them.</summary>
internal sealed class SelfExpression(IReadOnlyDictionary<string, BlockStatement> blocks, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        if (context.Scope.TryGet("self", out Value? own))
        {
            return own;
        }

        OrderedDictionary<Value, Value> attributes = [];
        foreach ((string name, BlockStatement block) in blocks)
        {
            attributes[new StringValue(name)] = new MethodValue(name, (inner, _) => block.Render(inner));
        }

        return new NamespaceValue(attributes);
    }
}
