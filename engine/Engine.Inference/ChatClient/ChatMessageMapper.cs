using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Engine.Inference.ChatClient;

/// <summary>Turns chat messages into the JSON objects that chat templates read.</summary>
internal static class ChatMessageMapper
{
    /// <summary>Maps a conversation.</summary>
    /// <param name="messages">The messages, oldest first. One without contents is an empty text.</param>
    /// <param name="instructions">Becomes a system message before them.</param>
    /// <exception cref="GenerationException">A message has content that is not text.</exception>
    public static List<JsonObject> Map(IEnumerable<ChatMessage> messages, string? instructions)
    {
        List<JsonObject> mapped = [];
        if (!string.IsNullOrEmpty(instructions))
        {
            mapped.Add(Message(ChatRole.System.Value, instructions));
        }

        int index = 0;
        foreach (ChatMessage message in messages)
        {
            JsonObject item = Message(message.Role.Value, TextOf(message, index));
            if (message.AuthorName is { Length: > 0 } name)
            {
                item["name"] = name;
            }

            mapped.Add(item);
            index++;
        }

        return mapped;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static string TextOf(ChatMessage message, int index)
    {
        StringBuilder text = new();
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    text.Append(part.Text);
                    break;
                case TextReasoningContent or UsageContent:
                    // What a model thought, and what it cost, is no part of what it said.
                    break;
                default:
                    throw new GenerationException(
                        GenerationError.Unsupported, $"{content.GetType().Name} is not supported: a message of this model holds text.", $"Prompt.Messages[{index}]");
            }
        }

        return text.ToString();
    }
}
