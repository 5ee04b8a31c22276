using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>What each endpoint does with each field: the answer of <c>/v1/capabilities</c>.</summary>
/// <param name="Endpoints">By path.</param>
internal sealed record CapabilityList([property: JsonPropertyName("endpoints")] IReadOnlyDictionary<string, EndpointCapabilities> Endpoints)
{
    [JsonPropertyName("object")]
    [JsonPropertyOrder(-1)]
    public string Object { get; } = "capabilities";
}

/// <summary>What an endpoint does with each field. A field that is not listed is reported.</summary>
/// <param name="Fields"><c>honoured</c>, <c>reported</c> or <c>refused</c>, by name.</param>
internal sealed record EndpointCapabilities([property: JsonPropertyName("fields")] IReadOnlyDictionary<string, string> Fields);
