using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>The body of a call block: a macro without a name that the called macro knows as <c>caller</c>.</summary>
internal sealed class CallBlockBody(MacroSignature signature, IReadOnlyList<Statement> body)
{
    public MacroValue ToMacro(RenderContext context) => new("caller", signature, body, context.Scope);
}
