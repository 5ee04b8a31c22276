using System.Text.Json;
using Engine.Onnx;

namespace Engine.Inference.Models;

/// <summary>
/// An object of a configuration file together with where it is, so that a wrong value can be named. <see langword="null"/> values count as absent,
/// as exporters write them for "not set".
/// </summary>
internal readonly struct JsonSection(string file, string path, JsonElement element)
{
    /// <summary>The file it is in.</summary>
    public string File => file;

    /// <summary>The object itself; undefined for a section that is absent.</summary>
    public JsonElement Element => element;

    /// <summary>Whether the file has this section.</summary>
    public bool Exists => element.ValueKind == JsonValueKind.Object;

    /// <summary>The path of a member, as in <c>model.decoder.filename</c>.</summary>
    public string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>A member that is an object; an absent section if there is none.</summary>
    public JsonSection Section(string key)
    {
        JsonElement value = Member(key);
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Object
            ? new JsonSection(file, PathOf(key), value)
            : throw Wrong(key, "an object");
    }

    /// <summary>A member that is a text; <see langword="null"/> if there is none.</summary>
    public string? Text(string key)
    {
        JsonElement value = Member(key);
        return value.ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.String => value.GetString(),
            _ => throw Wrong(key, "a text"),
        };
    }

    /// <summary>A member that is true or false; <see langword="null"/> if there is none.</summary>
    public bool? Flag(string key)
    {
        JsonElement value = Member(key);
        return value.ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, "true or false"),
        };
    }

    /// <summary>A member that is a whole number within bounds; <see langword="null"/> if there is none.</summary>
    public int? Integer(string key, int minimum, int maximum)
    {
        JsonElement value = Member(key);
        return value.ValueKind == JsonValueKind.Undefined ? null
            : TryInteger(value, out int number) && number >= minimum && number <= maximum ? number
            : throw Wrong(key, $"a whole number from {minimum} to {maximum}");
    }

    /// <summary>A member that is a number; <see langword="null"/> if there is none.</summary>
    public float? Number(string key)
    {
        JsonElement value = Member(key);
        return value.ValueKind == JsonValueKind.Undefined ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float number) && float.IsFinite(number) ? number
            : throw Wrong(key, "a number");
    }

    /// <summary>A member that is one token id or a list of them; empty if there is none. Negative ids, written for "none", are left out.</summary>
    public IReadOnlyList<int> TokenIds(string key)
    {
        JsonElement value = Member(key);
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            return [];
        }

        List<int> ids = [];
        foreach (JsonElement item in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().AsEnumerable() : [value])
        {
            if (!TryInteger(item, out int id))
            {
                throw Wrong(key, "a token id or a list of token ids");
            }

            if (id >= 0 && !ids.Contains(id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    /// <summary>A member as it is; undefined if there is none.</summary>
    public JsonElement Member(string key) =>
        Exists && element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : default;

    /// <summary>The refusal of a member's value.</summary>
    public InvalidModelException Wrong(string key, string expected)
    {
        string found = Member(key).GetRawText();
        return new InvalidModelException($"{file}: {PathOf(key)} must be {expected}, not {(found.Length > 80 ? found[..80] + "…" : found)}.");
    }

    private static bool TryInteger(JsonElement value, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number);
    }
}
