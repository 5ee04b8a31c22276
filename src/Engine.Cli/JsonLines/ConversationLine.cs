using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Inference.ChatTemplates;

namespace Engine.Cli.JsonLines;

/// <summary>One line of <c>engine template</c>: a conversation, and variables of the template beside it.</summary>
internal static class ConversationLine
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line's bytes.</param>
    /// <param name="variables">Variables that hold unless the line has others of their names.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="CommandException">A member is missing or of the wrong kind.</exception>
    public static ChatTemplateInput Parse(ReadOnlyMemory<byte> line, JsonObject? variables)
    {
        if (JsonNode.Parse(line.Span, documentOptions: Options) is not JsonObject members)
        {
            throw new CommandException("A line is a JSON object.");
        }

        ChatTemplateInput input = new()
        {
            Messages = Objects(members, "messages") ?? throw new CommandException("\"messages\" is missing."),
            Tools = Objects(members, "tools"),
            Documents = Objects(members, "documents"),
            AddGenerationPrompt = Flag(members, "add_generation_prompt"),
            ContinueFinalMessage = Flag(members, "continue_final_message"),
            Now = Time(members, "now"),
        };
        foreach ((string name, JsonNode? value) in variables ?? [])
        {
            members.TryAdd(name, value?.DeepClone());
        }

        return input with { Variables = members };
    }

    // Each member is taken out of the line: what is left are the template's own variables.
    private static JsonNode? Take(JsonObject members, string name) => members.Remove(name, out JsonNode? value) ? value : null;

    private static JsonObject[]? Objects(JsonObject members, string name)
    {
        JsonNode? value = Take(members, name);
        if (value is null)
        {
            return null;
        }

        if (value is not JsonArray array || !array.All(element => element is JsonObject))
        {
            throw new CommandException($"\"{name}\" is an array of objects.");
        }

        return [.. array.Cast<JsonObject>()];
    }

    private static bool Flag(JsonObject members, string name)
    {
        JsonNode? value = Take(members, name);
        return value is not null && (value.GetValueKind() is JsonValueKind.True or JsonValueKind.False
            ? value.GetValueKind() is JsonValueKind.True
            : throw new CommandException($"\"{name}\" is true or false."));
    }

    private static DateTimeOffset? Time(JsonObject members, string name)
    {
        JsonNode? value = Take(members, name);
        if (value is null)
        {
            return null;
        }

        return value.GetValueKind() is JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw new CommandException($"\"{name}\" is a time as in \"2025-07-10T12:00:00\".");
    }
}
