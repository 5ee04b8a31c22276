using System.Diagnostics.CodeAnalysis;

namespace Engine.Inference;

/// <summary>One model of a <see cref="LlmEngineCatalog"/> at one moment.</summary>
/// <param name="ModelId">The name the model goes by.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Engine">The engine, once it is ready.</param>
/// <param name="Error">Why it failed to load, in one sentence; <see langword="null"/> unless it did.</param>
public sealed record LlmEngineEntry(string ModelId, LlmEngineState State, LlmEngine? Engine, string? Error)
{
    /// <summary>Whether the model takes requests; then <see cref="Engine"/> is there.</summary>
    [MemberNotNullWhen(true, nameof(Engine))]
    public bool IsReady => State == LlmEngineState.Ready && Engine is not null;
}
