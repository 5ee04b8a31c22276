using System.Text.Json.Nodes;
using Engine.Inference.ChatTemplates.Jinja;
using Engine.Inference.Tokenization;

namespace Engine.Inference.ChatTemplates;

/// <summary>
/// Leaves the last message open, in transformers' way: a tag is put behind its content, and the rendered text is cut where the tag came out.
/// </summary>
internal static class FinalMessage
{
    private const string Tag = "CONTINUE_FINAL_MESSAGE_TAG ";

    public static IReadOnlyList<JsonObject> Mark(IReadOnlyList<JsonObject> messages)
    {
        JsonObject message = (JsonObject)(messages.Count > 0 ? messages[^1] : throw NothingToContinue()).DeepClone();
        switch (message["content"])
        {
            case JsonArray parts:
                JsonObject part = parts.OfType<JsonObject>().LastOrDefault(part => part.ContainsKey("text")) ?? throw NothingToContinue();
                part["text"] = TextOf(part["text"]) + Tag;
                break;
            case var content:
                message["content"] = TextOf(content) + Tag;
                break;
        }

        return [.. messages.Take(messages.Count - 1), message];
    }

    public static RenderedChat Cut(RenderedChat chat)
    {
        int end = chat.Text.LastIndexOf(Tag.TrimEnd(), StringComparison.Ordinal);
        if (end < 0)
        {
            throw new ChatTemplateException("the chat template does not show the last message, so that it cannot be continued");
        }

        // A template that trimmed the tag's blank trims the message as well.
        bool isTrimmed = string.CompareOrdinal(chat.Text, end, Tag, 0, Tag.Length) != 0;
        string text = isTrimmed ? chat.Text[..end].TrimEnd(PythonText.WhiteSpace.ToCharArray()) : chat.Text[..end];
        return new RenderedChat(text, [.. chat.ContentSpans
            .Where(span => span.Start < text.Length)
            .Select(span => new ContentSpan(span.Start, Math.Min(span.Length, text.Length - span.Start)))]);
    }

    private static string TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : throw NothingToContinue();

    private static ChatTemplateException NothingToContinue() => new("continue_final_message is set, but the last message has no text to continue");
}
