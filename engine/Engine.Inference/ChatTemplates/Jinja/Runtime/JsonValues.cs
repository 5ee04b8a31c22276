using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>
/// Makes template values of JSON, and counts its characters. Where the JSON is content, its strings and keys are labelled so, but for the values
/// of <c>role</c> and <c>type</c>, which templates print as part of their control tokens.
/// </summary>
internal sealed class JsonValues(bool isContent)
{
    private const int DeepestNesting = 128;

    /// <summary>Characters of the strings, and 8 for every other value.</summary>
    public long Characters { get; private set; }

    public Value Convert(JsonNode? node, int depth = 0)
    {
        if (depth > DeepestNesting)
        {
            throw JinjaException.Value($"the conversation is nested more than {DeepestNesting} levels deep");
        }

        Characters += 8;
        return node switch
        {
            null => NoneValue.Instance,
            JsonObject properties => ConvertObject(properties, depth),
            JsonArray elements => new ListValue([.. elements.Select(element => Convert(element, depth + 1))]),
            _ => ConvertScalar((JsonValue)node, isContent),
        };
    }

    public DictValue ConvertObject(JsonObject properties, int depth = 0)
    {
        OrderedDictionary<Value, Value> entries = new(properties.Count);
        foreach ((string name, JsonNode? value) in properties)
        {
            Characters += name.Length;
            bool isName = isContent && name is "role" or "type" && value is JsonValue;
            entries[StringValue.Of(name, isContent)] = isName ? ConvertScalar((JsonValue)value!, isContent: false) : Convert(value, depth + 1);
        }

        return new DictValue(entries);
    }

    private Value ConvertScalar(JsonValue node, bool isContent)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                string text = node.TryGetValue(out string? direct) ? direct : node.ToString();
                Characters += text.Length;
                return StringValue.Of(text, isContent);
            case JsonValueKind.True:
                return BooleanValue.True;
            case JsonValueKind.False:
                return BooleanValue.False;
            case JsonValueKind.Number:
                return ConvertNumber(node);
            default:
                return NoneValue.Instance;
        }
    }

    private static Value ConvertNumber(JsonValue node)
    {
        if (node.TryGetValue(out double number) && !node.TryGetValue(out JsonElement _))
        {
            return new FloatValue(number);
        }

        string digits = node.ToJsonString();
        if (!digits.AsSpan().ContainsAny(".eE"))
        {
            return digits.Length <= 4300
                ? IntegerValue.Of(BigInteger.Parse(digits, CultureInfo.InvariantCulture))
                : throw JinjaException.Value("an integer of the conversation has more than 4300 digits");
        }

        return new FloatValue(double.Parse(digits, CultureInfo.InvariantCulture));
    }
}
