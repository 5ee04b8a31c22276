using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Inference.Models;

namespace Engine.Inference.Runners.DirectML;

/// <summary>The genai_config.json of a rewritten folder: the model's own, with what the new graph takes.</summary>
internal static class DirectMLConfig
{
    private const long MaxBytes = 16 << 20;

    /// <summary>Writes it.</summary>
    /// <param name="source">The model's own file.</param>
    /// <param name="target">The new one.</param>
    /// <param name="graph">What the graph has become.</param>
    /// <param name="positions">The input for positions; null when the graph takes none.</param>
    public static void Write(string source, string target, DirectMLGraph graph, string? positions)
    {
        JsonDocumentOptions options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
        JsonObject root = JsonNode.Parse(JsonFile.ReadUtf8(source, MaxBytes).Span, documentOptions: options)!.AsObject();
        JsonObject decoder = Section(Section(root, "model"), "decoder");
        decoder["filename"] = DirectMLFolder.ModelName;
        if (positions is not null)
        {
            Section(decoder, "inputs")["position_ids"] = positions;
        }

        // GenAI would cut the caches to the window, which only the operator of other providers understands.
        decoder.Remove("sliding_window");
        Section(decoder, "session_options")["provider_options"] = new JsonArray(new JsonObject { ["dml"] = new JsonObject() });
        if (graph.HasAttention)
        {
            Section(root, "search")["past_present_share_buffer"] = graph.SharesPastAndPresent;
        }

        using FileStream stream = new(target, FileMode.CreateNew);
        using Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true });
        root.WriteTo(writer);
    }

    private static JsonObject Section(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject section)
        {
            parent[name] = section = [];
        }

        return section;
    }
}
