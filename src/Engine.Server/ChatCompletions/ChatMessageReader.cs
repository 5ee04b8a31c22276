using System.Text.Json;
using Engine.Server.Errors;
using Engine.Server.Fields;
using Engine.Server.Protocol;

namespace Engine.Server.ChatCompletions;

/// <summary>Reads one message of a conversation.</summary>
internal static class ChatMessageReader
{
    private const int MaxParts = 10_000;
    private const string NoTools = "this server does not call tools yet. Remove the messages about tools.";

    private static readonly FieldTable<ChatMessage> Fields = new(
        Field.Honoured<ChatMessage>("role", (message, field) => message.Role = field.OneOf("developer", "system", "user", "assistant", "tool", "function")),
        Field.Honoured<ChatMessage>("content", (message, field) => message.Content = Content(field)),
        Field.Honoured<ChatMessage>("name", (message, field) => message.Name = field.Text(256)),
        Field.Honoured<ChatMessage>("refusal", (message, field) => message.Refusal = field.Text()),
        Field.Honoured<ChatMessage>("reasoning_content", (message, field) => message.ReasoningContent = field.Text()),
        Field.Reported<ChatMessage>("annotations", field => field.Items(int.MaxValue)),
        Field.Refused<ChatMessage>("tool_calls", NoTools, CommonFields.IsEmptyList),
        Field.Refused<ChatMessage>("tool_call_id", NoTools),
        Field.Refused<ChatMessage>("function_call", NoTools),
        Field.Refused<ChatMessage>("audio", "no model here hears. Send the words as text."));

    public static ChatMessage Read(JsonField field)
    {
        ChatMessage message = new(field.Path);
        Fields.Read(field, message);
        if (message.Role is null)
        {
            throw OpenAIException.Invalid($"{field.Path}.role", $"'{field.Path}.role' is missing.", ErrorCodes.MissingField);
        }

        if (message.Role is "tool" or "function")
        {
            throw OpenAIException.Unsupported($"{field.Path}.role", $"'{field.Path}.role' is '{message.Role}': {NoTools}");
        }

        if (message.Content is null && (message.Role != "assistant" || message.Refusal is null))
        {
            throw OpenAIException.Invalid($"{field.Path}.content", $"'{field.Path}.content' is missing: send a string or an array of parts.", ErrorCodes.MissingField);
        }

        return message;
    }

    private static string Content(JsonField field)
    {
        if (field.Kind == JsonValueKind.String)
        {
            return field.Text();
        }

        if (field.Kind != JsonValueKind.Array)
        {
            throw field.WrongType("a string or an array of objects");
        }

        // Templates of text models take one string; line ends between parts are what other servers put there.
        string content = string.Join('\n', field.Items(MaxParts).Select(Part));
        return field.Value.GetArrayLength() > 0 ? content : throw field.Invalid($"'{field.Path}' is an empty array: send at least one part, or a string.", "empty_array");
    }

    private static string Part(JsonField field)
    {
        string? type = null;
        JsonField? text = null;
        List<JsonField> others = [];
        foreach (JsonField member in field.Members())
        {
            switch (member.Name)
            {
                case "type":
                    type = member.OneOf("text", "refusal", "image_url", "input_audio", "video_url", "file");
                    break;
                case "text" or "refusal":
                    text = member;
                    break;
                default:
                    others.Add(member);
                    break;
            }
        }

        if (type is null)
        {
            throw OpenAIException.Invalid($"{field.Path}.type", $"'{field.Path}.type' is missing.", ErrorCodes.MissingField);
        }

        if (type is not ("text" or "refusal"))
        {
            throw OpenAIException.Unsupported($"{field.Path}.type", $"'{field.Path}' is of type '{type}', and the model reads text only. Send text.");
        }

        others.ForEach(member => member.Report());
        return text?.Name == type
            ? text.Value.Text()
            : throw OpenAIException.Invalid($"{field.Path}.{type}", $"'{field.Path}.{type}' is missing.", ErrorCodes.MissingField);
    }
}
