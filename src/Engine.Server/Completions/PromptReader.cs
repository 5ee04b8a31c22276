using System.Text.Json;
using Engine.Inference;
using Engine.Server.Fields;

namespace Engine.Server.Completions;

/// <summary>Reads <c>prompt</c>: a text, a list of texts, a list of token ids, or a list of such lists. Kinds do not mix.</summary>
internal static class PromptReader
{
    private const int MaxPrompts = 1024;
    private const string Expected = "a string, an array of strings, an array of integers, or an array of arrays of integers";

    public static List<Prompt> Read(JsonField field)
    {
        if (field.Kind == JsonValueKind.String)
        {
            return [new Prompt.Text(field.Text())];
        }

        if (field.Kind != JsonValueKind.Array)
        {
            throw field.WrongType(Expected);
        }

        if (field.Value.GetArrayLength() == 0)
        {
            throw field.Invalid($"'{field.Path}' is an empty array: send at least one text or token.", "empty_array");
        }

        return field.Value[0].ValueKind switch
        {
            JsonValueKind.String => [.. field.Items(MaxPrompts).Select(item => new Prompt.Text(item.Text()))],
            JsonValueKind.Number => [Tokens(field)],
            JsonValueKind.Array => [.. field.Items(MaxPrompts).Select(Tokens)],
            _ => throw field.Items(int.MaxValue).First().WrongType(Expected),
        };
    }

    private static Prompt.Tokens Tokens(JsonField field)
    {
        List<int> ids = [.. field.Items(int.MaxValue).Select(id => id.Count(0))];
        return ids.Count > 0 ? new Prompt.Tokens(ids) : throw field.Invalid($"'{field.Path}' is an empty array: send at least one token.", "empty_array");
    }
}
