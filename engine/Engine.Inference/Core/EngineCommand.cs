namespace Engine.Inference.Core;

/// <summary>What others ask of the engine's thread.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Group">The request to take in.</param>
/// <param name="SequenceId">The sequence to abort.</param>
internal readonly record struct EngineCommand(EngineCommandKind Kind, SequenceGroup? Group = null, long SequenceId = 0);

/// <summary>Kinds of <see cref="EngineCommand"/>.</summary>
internal enum EngineCommandKind
{
    /// <summary>Take in a request.</summary>
    Submit,

    /// <summary>End a sequence.</summary>
    Abort,

    /// <summary>Stop once nothing is left to do.</summary>
    Drain,

    /// <summary>End everything and stop.</summary>
    Stop,
}
