using System.Text.Json;

namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>A JSON object with name and arguments, or a list of such, or several with a separator between.</summary>
internal sealed class JsonCallSyntax(char separator = '\0') : CallSyntax
{
    private static readonly string[] NameKeys = ["name", "tool_name", "function"];
    private static readonly string[] ArgumentKeys = ["arguments", "parameters", "args"];
    private static readonly string[] IdKeys = ["id", "tool_call_id"];

    public static JsonCallSyntax Instance { get; } = new();

    public override bool EndsAtMarker => false;

    public override int? FindLength(string text, ref BalanceScanner scanner)
    {
        if (!scanner.IsInside)
        {
            int start = text.AsSpan().IndexOfAnyExcept(" \t\r\n");
            if (start >= 0 && text[start] is not ('{' or '['))
            {
                // No JSON: of no length, so that it is malformed at once.
                return 0;
            }
        }

        return scanner.FindEnd(text, allowsSingleQuotes: false);
    }

    public override bool TryParse(string body, ArgumentTypes types, List<ToolCall> calls)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body.Trim().TrimEnd(separator == '\0' ? ' ' : separator));
            return TryRead(document.RootElement, calls);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads a call or a list of calls.</summary>
    public static bool TryRead(JsonElement element, List<ToolCall> calls)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object && TryRead(item, calls)) && element.GetArrayLength() > 0;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        if (element.TryGetProperty("function", out JsonElement inner) && inner.ValueKind == JsonValueKind.Object)
        {
            return TryRead(inner, calls);
        }

        string? name = Find(element, NameKeys) is { ValueKind: JsonValueKind.String } named ? named.GetString() : null;
        if (string.IsNullOrEmpty(name) || Find(element, ArgumentKeys) is not { } arguments)
        {
            return false;
        }

        string? text = arguments.ValueKind switch
        {
            JsonValueKind.Object => arguments.GetRawText(),
            JsonValueKind.String when ArgumentTypes.IsJson(arguments.GetString()!) => arguments.GetString(),
            JsonValueKind.Null => "{}",
            _ => null,
        };
        if (text is null)
        {
            return false;
        }

        calls.Add(new ToolCall(name, text, Find(element, IdKeys) is { ValueKind: JsonValueKind.String } id ? id.GetString() : null));
        return true;
    }

    private static JsonElement? Find(JsonElement element, string[] keys)
    {
        foreach (string key in keys)
        {
            if (element.TryGetProperty(key, out JsonElement value))
            {
                return value;
            }
        }

        return null;
    }
}
