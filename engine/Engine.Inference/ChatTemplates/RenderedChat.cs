using Engine.Inference.Tokenization;

namespace Engine.Inference.ChatTemplates;

/// <summary>A conversation as text, and which of its characters users wrote.</summary>
/// <param name="text">The rendered text.</param>
/// <param name="contentSpans">Sorted, not touching one another.</param>
public sealed class RenderedChat(string text, IReadOnlyList<ContentSpan> contentSpans)
{
    /// <summary>The rendered text.</summary>
    public string Text { get; } = text;

    /// <summary>
    /// The stretches of <see cref="Text"/> that hold content: strings of messages, tools and documents, keys included, but not the values of
    /// <c>role</c> and <c>type</c>. Sorted, and no two touch. A control token that touches one must be encoded as plain text.
    /// </summary>
    public IReadOnlyList<ContentSpan> ContentSpans { get; } = contentSpans;
}
