namespace Engine.Server.Protocol;

/// <summary>A message of a request.</summary>
/// <param name="path">Its place in the body.</param>
internal sealed class ChatMessage(string path)
{
    public string Path { get; } = path;

    public string? Role { get; set; }

    /// <summary>The text; that of several parts joined by line ends. <see langword="null"/> if there is none.</summary>
    public string? Content { get; set; }

    public string? Refusal { get; set; }

    public string? Name { get; set; }

    public string? ReasoningContent { get; set; }
}
