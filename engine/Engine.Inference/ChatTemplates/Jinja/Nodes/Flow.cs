namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>Where execution goes after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}
