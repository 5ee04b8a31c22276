using System.Text;
using System.Text.Json;
using Engine.Onnx;

namespace Engine.Inference.ChatTemplates;

/// <summary>Finds the chat template and the special tokens of a model folder.</summary>
internal static class ChatTemplateFiles
{
    private const string TemplateFile = "chat_template.jinja";
    private const string TemplateJsonFile = "chat_template.json";
    private const string ConfigFile = "tokenizer_config.json";
    private const string TokenMapFile = "special_tokens_map.json";
    private const string AdditionalFolder = "additional_chat_templates";
    private const string ToolTemplate = "tool_use";
    private const long LargestFile = 64L << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ChatTemplate? Load(string directory)
    {
        using JsonDocument? config = ReadJson(directory, ConfigFile);
        using JsonDocument? tokenMap = ReadJson(directory, TokenMapFile);
        Dictionary<string, string> tokens = new(StringComparer.Ordinal);
        ReadTokens(tokenMap, tokens);
        ReadTokens(config, tokens);
        using JsonDocument? templateJson = File.Exists(Path.Combine(directory, TemplateFile)) ? null : ReadJson(directory, TemplateJsonFile);
        (string File, string Source, string? ToolSource)? found = Find(directory, templateJson, config);
        if (found is not { } template)
        {
            return null;
        }

        try
        {
            return new ChatTemplate(template.Source, template.ToolSource, tokens);
        }
        catch (ChatTemplateException exception)
        {
            throw new InvalidModelException($"{template.File}: {exception.Message}.", exception);
        }
    }

    private static (string File, string Source, string? ToolSource)? Find(string directory, JsonDocument? templateJson, JsonDocument? config)
    {
        string? source = ReadText(directory, TemplateFile);
        if (source is not null)
        {
            return (TemplateFile, source, ReadText(directory, Path.Combine(AdditionalFolder, ToolTemplate + ".jinja")));
        }

        foreach ((string file, JsonDocument? document) in ((string, JsonDocument?)[])[(TemplateJsonFile, templateJson), (ConfigFile, config)])
        {
            if (document is not null && document.RootElement.TryGetProperty("chat_template", out JsonElement element) && element.ValueKind != JsonValueKind.Null)
            {
                return ReadElement(file, element);
            }
        }

        return null;
    }

    private static (string File, string Source, string? ToolSource) ReadElement(string file, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return (file, element.GetString()!, null);
        }

        Dictionary<string, string> named = new(StringComparer.Ordinal);
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (JsonElement entry in element.EnumerateArray())
                {
                    named[Text(file, entry, "name")] = Text(file, entry, "template");
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty entry in element.EnumerateObject())
                {
                    named[entry.Name] = Text(file, element, entry.Name);
                }

                break;
            default:
                throw new InvalidModelException($"{file}: 'chat_template' must be a string or a list of named templates, not {element.ValueKind}.");
        }

        return named.TryGetValue("default", out string? source)
            ? (file, source, named.GetValueOrDefault(ToolTemplate))
            : throw new InvalidModelException(
                $"{file}: 'chat_template' lists {string.Join(", ", named.Keys.Order(StringComparer.Ordinal).Select(name => $"'{name}'"))} but no template named 'default'; add one.");
    }

    private static string Text(string file, JsonElement entry, string member) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InvalidModelException($"{file}: a template in 'chat_template' has no string '{member}'.");

    private static void ReadTokens(JsonDocument? document, Dictionary<string, string> tokens)
    {
        if (document is null)
        {
            return;
        }

        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (property.Name == "extra_special_tokens" && property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty extra in property.Value.EnumerateObject())
                {
                    AddToken(extra, tokens);
                }
            }
            else if (property.Name.EndsWith("_token", StringComparison.Ordinal))
            {
                AddToken(property, tokens);
            }
        }
    }

    private static void AddToken(JsonProperty property, Dictionary<string, string> tokens)
    {
        JsonElement value = property.Value;
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out JsonElement content))
        {
            value = content;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            tokens[property.Name] = value.GetString()!;
        }
        else if (value.ValueKind == JsonValueKind.Null)
        {
            // The tokenizer's own configuration says that there is none, whatever the older map holds.
            tokens.Remove(property.Name);
        }
    }

    private static JsonDocument? ReadJson(string directory, string file)
    {
        byte[]? bytes = ReadBytes(directory, file);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            JsonDocument document = JsonDocument.Parse(WithoutMark(bytes));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new InvalidModelException($"{file}: line 1, column 1: a JSON object is expected, not {document.RootElement.ValueKind}.");
        }
        catch (JsonException exception)
        {
            throw new InvalidModelException($"{file}: line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: the JSON is malformed.", exception);
        }
    }

    private static string? ReadText(string directory, string file)
    {
        byte[]? bytes = ReadBytes(directory, file);
        try
        {
            return bytes is null ? null : StrictUtf8.GetString(WithoutMark(bytes).Span);
        }
        catch (DecoderFallbackException exception)
        {
            int line = bytes.AsSpan(0, Math.Clamp(exception.Index, 0, bytes!.Length)).Count((byte)'\n') + 1;
            throw new InvalidModelException($"{file}: line {line}: the text is not UTF-8.", exception);
        }
    }

    private static byte[]? ReadBytes(string directory, string file)
    {
        FileInfo info = new(Path.Combine(directory, file));
        if (!info.Exists)
        {
            return null;
        }

        return info.Length <= LargestFile
            ? File.ReadAllBytes(info.FullName)
            : throw new InvalidModelException($"{file}: the file has {info.Length} bytes; at most {LargestFile} are read.");
    }

    private static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) => bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsMemory(3) : bytes;
}
