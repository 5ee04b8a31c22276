namespace Engine.Server.Security;

/// <summary>Who sent a request; a feature of its context.</summary>
/// <param name="Scope">Tells apart callers that must not learn of each other; <see langword="null"/> where all are one.</param>
internal sealed record Caller(string? Scope);
