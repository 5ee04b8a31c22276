using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Syntax;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>Begins a scope: names that it will assign are undefined until then, whatever variable has the name outside.</summary>
internal sealed class HideStatement(NameFrame frame, int line) : Statement(line)
{
    private readonly Lazy<IReadOnlyList<string>> _names = new(frame.Hidden);

    public override Flow Execute(RenderContext context)
    {
        foreach (string name in _names.Value)
        {
            context.Scope.Set(name, UndefinedValue.OfName(name));
        }

        return Flow.Next;
    }
}
