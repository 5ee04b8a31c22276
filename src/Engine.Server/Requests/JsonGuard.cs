using System.Runtime.InteropServices;
using System.Text.Json;
using Engine.Server.Errors;
using Engine.Server.Fields;

namespace Engine.Server.Requests;

/// <summary>
/// Finds what is valid JSON and still cannot be read faithfully: a name that appears twice in an object (which of the two counts?), and half
/// of a surrogate pair, which is no character. Complaints name the place.
/// </summary>
internal sealed class JsonGuard
{
    /// <summary>The way to the value at hand: names and indices. Spelt only when something is wrong there.</summary>
    private readonly Stack<(string? Name, int Index)> _way = new();

    private JsonGuard()
    {
    }

    /// <exception cref="OpenAIException">The value holds a duplicate name or half a surrogate pair.</exception>
    public static void Check(JsonElement root) => new JsonGuard().CheckValue(root);

    private void CheckValue(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(value);
                break;
            case JsonValueKind.Array:
                CheckArray(value);
                break;
            case JsonValueKind.String when !IsText(value):
                throw OpenAIException.Invalid(Path(), "A text holds half of a surrogate pair, which is no character. Send whole characters.");
        }
    }

    private void CheckArray(JsonElement value)
    {
        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            _way.Push((null, index++));
            CheckValue(item);
            _way.Pop();
        }
    }

    private void CheckObject(JsonElement value)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            string name = NameOf(member);
            _way.Push((name, 0));
            if (!names.Add(name))
            {
                throw OpenAIException.Invalid(Path(), $"'{Path()}' appears twice. Send it once.", ErrorCodes.DuplicateField);
            }

            CheckValue(member.Value);
            _way.Pop();
        }
    }

    private string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw OpenAIException.Invalid(Path(), "A name holds half of a surrogate pair, which is no character. Send whole characters.");
        }
    }

    private string? Path()
    {
        string path = "";
        foreach ((string? name, int index) in _way.Reverse())
        {
            path = name is null ? $"{path}[{index}]" : JsonField.PathOf(path, name);
        }

        return path.Length == 0 ? null : path;
    }

    /// <summary>Only an escape <c>\uD…</c> can make half a pair: the body's UTF-8 was checked before.</summary>
    private static bool IsText(JsonElement value)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.IndexOf("\\ud"u8) < 0 && raw.IndexOf("\\uD"u8) < 0)
        {
            return true;
        }

        try
        {
            value.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
