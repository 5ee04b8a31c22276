using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>A model that is served.</summary>
internal sealed record ModelInfo
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("object")]
    public string Object { get; } = "model";

    /// <summary>When it was loaded, or the server started, in seconds since 1970.</summary>
    [JsonPropertyName("created")]
    public required long Created { get; init; }

    [JsonPropertyName("owned_by")]
    public string OwnedBy { get; } = "engine";

    /// <summary>The most tokens, prompt and answer together.</summary>
    [JsonPropertyName("context_length")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ContextLength { get; init; }
}

/// <summary>The answer of <c>/v1/models</c>.</summary>
/// <param name="Data">The models, in the order in which they were configured.</param>
internal sealed record ModelList([property: JsonPropertyName("data")] IReadOnlyList<ModelInfo> Data)
{
    [JsonPropertyName("object")]
    [JsonPropertyOrder(-1)]
    public string Object { get; } = "list";
}
