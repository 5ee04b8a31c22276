using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>The body of every answer that is not a success, and of an error event in a stream.</summary>
/// <param name="Error">What went wrong.</param>
internal sealed record ErrorResponse([property: JsonPropertyName("error")] ErrorBody Error);

/// <summary>What went wrong, in the hosted API's shape: all four members are always there.</summary>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Type">The kind of error.</param>
/// <param name="Param">The field at fault, or <see langword="null"/>.</param>
/// <param name="Code">A stable code, or <see langword="null"/>.</param>
internal sealed record ErrorBody(
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("param")] string? Param,
    [property: JsonPropertyName("code")] string? Code);
