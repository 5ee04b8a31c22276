using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

internal sealed class NameExpression(string name, int line) : Expression(line)
{
    public string Name { get; } = name;

    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Step();
        return context.Lookup(Name);
    }
}
