using System.Text.Json;

namespace Engine.Cli.JsonLines;

/// <summary>The members of one line's object, read by name. What is there and not asked for is an error, never ignored.</summary>
internal sealed class LineFields : IDisposable
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    private readonly JsonDocument _document;

    private LineFields(JsonDocument document) => _document = document;

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line's bytes.</param>
    /// <param name="known">The members it may have.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="CommandException">It is no object, or has a member that is not known.</exception>
    public static LineFields Parse(ReadOnlyMemory<byte> line, params ReadOnlySpan<string> known)
    {
        LineFields fields = new(JsonDocument.Parse(line, Options));
        if (fields._document.RootElement.ValueKind is not JsonValueKind.Object)
        {
            throw new CommandException("A line is a JSON object.");
        }

        foreach (JsonProperty property in fields._document.RootElement.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw new CommandException($"\"{property.Name}\" is not known here; a line may have {string.Join(", ", known.ToArray().Select(name => $"\"{name}\""))}.");
            }
        }

        return fields;
    }

    /// <summary>A text; <see langword="null"/> where it is missing.</summary>
    public string? Text(string name) =>
        Find(name) is not JsonElement value ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString()
        : throw new CommandException($"\"{name}\" is a text in quotes.");

    /// <summary>true or false; <see langword="null"/> where it is missing.</summary>
    public bool? Flag(string name) =>
        Find(name) is not JsonElement value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new CommandException($"\"{name}\" is true or false.");

    /// <summary>A whole number; <see langword="null"/> where it is missing.</summary>
    public int? Number(string name, int minimum)
    {
        if (Find(name) is not JsonElement value)
        {
            return null;
        }

        return value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out int number) && number >= minimum
            ? number
            : throw new CommandException($"\"{name}\" is a whole number from {minimum} on.");
    }

    /// <summary>Token ids, none of them negative; <see langword="null"/> where they are missing.</summary>
    public int[]? Ids(string name)
    {
        if (Find(name) is not JsonElement value)
        {
            return null;
        }

        if (value.ValueKind is not JsonValueKind.Array)
        {
            throw new CommandException($"\"{name}\" is an array of token ids.");
        }

        int[] ids = new int[value.GetArrayLength()];
        int index = 0;
        foreach (JsonElement element in value.EnumerateArray())
        {
            if (element.ValueKind is not JsonValueKind.Number || !element.TryGetInt32(out int id) || id < 0)
            {
                throw new CommandException($"\"{name}[{index}]\" is no token id: those are whole numbers from 0 on.");
            }

            ids[index++] = id;
        }

        return ids;
    }

    public void Dispose() => _document.Dispose();

    // null counts as left out, as in most people's serializers.
    private JsonElement? Find(string name) =>
        _document.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind is not JsonValueKind.Null ? value : null;
}
