using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>A node that has a value. Nodes are immutable: renderings share them.</summary>
internal abstract class Expression(int line)
{
    public int Line { get; } = line;

    public abstract Value Evaluate(RenderContext context);
}
