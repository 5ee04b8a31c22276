namespace Engine.Inference;

/// <summary>What a model of a <see cref="LlmEngineCatalog"/> is doing.</summary>
public enum LlmEngineState
{
    /// <summary>Registered, and being loaded or waiting for it.</summary>
    Loading,

    /// <summary>Loaded; it takes requests.</summary>
    Ready,

    /// <summary>It could not be loaded; <see cref="LlmEngineEntry.Error"/> says why.</summary>
    Failed,
}
