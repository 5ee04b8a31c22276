namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>A template that does not parse.</summary>
internal sealed class JinjaSyntaxException(string message, int line) : Exception(message)
{
    public int Line { get; } = line;
}
