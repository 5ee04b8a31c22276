using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>The answer of <c>/health</c> and <c>/health/ready</c> while all is well.</summary>
/// <param name="Status"><c>ok</c> or <c>ready</c>.</param>
internal sealed record HealthStatus([property: JsonPropertyName("status")] string Status);
