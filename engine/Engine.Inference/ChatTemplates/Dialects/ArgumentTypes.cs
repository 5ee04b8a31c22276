using System.Text.Json;
using System.Text.Json.Nodes;

namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>What the schemas of tools say about the types of arguments, for dialects that write values without quotes.</summary>
internal sealed class ArgumentTypes(IReadOnlyList<JsonObject> tools)
{
    /// <summary>A value as JSON: text where the schema says string; else what it reads as, or text.</summary>
    public string ToJson(string function, string parameter, string value)
    {
        if (!IsString(function, parameter) && IsJson(value))
        {
            return value.Trim();
        }

        return TextJson.Quote(value);
    }

    public static bool IsJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool IsString(string function, string parameter)
    {
        foreach (JsonObject tool in tools)
        {
            JsonObject description = tool["function"] as JsonObject ?? tool;
            if (description["name"]?.ToString() == function)
            {
                return ((description["parameters"] as JsonObject)?["properties"] as JsonObject)?[parameter] is JsonObject schema
                    && schema["type"] is JsonValue type && type.ToString() == "string";
            }
        }

        return false;
    }
}
