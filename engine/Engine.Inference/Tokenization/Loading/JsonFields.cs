using System.Text;
using System.Text.Json;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Reads fields of tokenizer.json with errors that name them.</summary>
internal static class JsonFields
{
    public static JsonElement? Optional(this JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static JsonElement Required(this JsonElement owner, string name) =>
        owner.Optional(name) ?? throw new FormatException($"'{name}' is missing");

    public static string RequiredString(this JsonElement owner, string name) => StringOf(owner.Required(name), name);

    public static string? OptionalString(this JsonElement owner, string name) => owner.Optional(name) is { } value ? StringOf(value, name) : null;

    public static byte[] RequiredBytes(this JsonElement owner, string name) => Encoding.UTF8.GetBytes(owner.RequiredString(name));

    public static byte[]? OptionalBytes(this JsonElement owner, string name) =>
        owner.OptionalString(name) is { } text ? Encoding.UTF8.GetBytes(text) : null;

    public static bool OptionalBoolean(this JsonElement owner, string name, bool otherwise) => owner.Optional(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new FormatException($"'{name}' is neither true nor false"),
    };

    public static int RequiredInteger(this JsonElement owner, string name, int maximum) => IntegerOf(owner.Required(name), name, maximum);

    public static int? OptionalInteger(this JsonElement owner, string name, int maximum) =>
        owner.Optional(name) is { } value ? IntegerOf(value, name, maximum) : null;

    public static IEnumerable<JsonElement> RequiredArray(this JsonElement owner, string name) =>
        owner.Required(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : throw new FormatException($"'{name}' is not a list");

    private static string StringOf(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException($"'{name}' is not a string");

    private static int IntegerOf(JsonElement value, string name, int maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 0 && number <= maximum
            ? number
            : throw new FormatException($"'{name}' is not a whole number from 0 to {maximum}");
}
