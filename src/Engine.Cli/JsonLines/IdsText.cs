using System.Text.Json;

namespace Engine.Cli.JsonLines;

/// <summary>Token ids as JSON.</summary>
internal static class IdsText
{
    /// <summary>Writes a member that is an array of ids.</summary>
    public static void WriteIds(this Utf8JsonWriter writer, string name, ReadOnlySpan<int> ids)
    {
        writer.WriteStartArray(name);
        foreach (int id in ids)
        {
            writer.WriteNumberValue(id);
        }

        writer.WriteEndArray();
    }
}
