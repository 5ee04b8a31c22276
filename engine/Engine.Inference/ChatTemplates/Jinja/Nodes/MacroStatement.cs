using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

internal sealed class MacroStatement(string name, MacroSignature signature, IReadOnlyList<Statement> body, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        context.Scope.Set(name, new MacroValue(name, signature, body, context.Scope));
        return Flow.Next;
    }
}
