using System.Runtime.InteropServices;
using System.Text.Json;
using Engine.Server.Errors;
using Engine.Server.Fields;

namespace Engine.Server.Requests;

/// <summary>
/// Finds what is valid JSON and still cannot be read faithfully: a name that appears twice in an object (which of the two counts?), and half
/// of a surrogate pair, which is no character. Complaints name the place.
/// </summary>
internal static class JsonGuard
{
    /// <exception cref="OpenAIException">The value holds a duplicate name or half a surrogate pair.</exception>
    public static void Check(JsonElement root) => Check(root, "");

    private static void Check(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(value, path);
                break;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    // The path is only made where something below can be at fault; a list of a million numbers costs nothing.
                    if (item.ValueKind is JsonValueKind.Object or JsonValueKind.Array || IsSuspect(item))
                    {
                        Check(item, $"{path}[{index}]");
                    }

                    index++;
                }

                break;
            case JsonValueKind.String when IsSuspect(value) && !IsText(value):
                throw OpenAIException.Invalid(
                    path.Length == 0 ? null : path, $"'{path}' holds half of a surrogate pair, which is no character. Send whole characters.");
        }
    }

    private static void CheckObject(JsonElement value, string path)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            string name = NameOf(member, path);
            string memberPath = JsonField.PathOf(path, name);
            if (!names.Add(name))
            {
                throw OpenAIException.Invalid(memberPath, $"'{memberPath}' appears twice. Send it once.", ErrorCodes.DuplicateField);
            }

            Check(member.Value, memberPath);
        }
    }

    private static string NameOf(JsonProperty member, string path)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw OpenAIException.Invalid(path.Length == 0 ? null : path, "A name holds half of a surrogate pair, which is no character. Send whole characters.");
        }
    }

    /// <summary>Only an escape <c>\uD…</c> can make half a pair: the body's UTF-8 was checked before.</summary>
    private static bool IsSuspect(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        return raw.IndexOf("\\ud"u8) >= 0 || raw.IndexOf("\\uD"u8) >= 0;
    }

    private static bool IsText(JsonElement value)
    {
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
