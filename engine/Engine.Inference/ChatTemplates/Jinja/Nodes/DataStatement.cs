using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>Text of the template.</summary>
internal sealed class DataStatement(string text, int line) : Statement(line)
{
    public string Text { get; } = text;

    public override Flow Execute(RenderContext context)
    {
        context.Output.Append(Text);
        return Flow.Next;
    }
}
