using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>include</c>, <c>import</c>, <c>from</c> and <c>extends</c>: a chat template stands alone, there is nothing to load.</summary>
internal sealed class ForeignTemplateStatement(string tag, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context) =>
        throw JinjaException.Security($"'{tag}' asks for another template, and a chat template has none");
}
