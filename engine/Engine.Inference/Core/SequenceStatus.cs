namespace Engine.Inference.Core;

/// <summary>Where a sequence is.</summary>
internal enum SequenceStatus
{
    /// <summary>Not yet with the scheduler: another choice of its prompt is computing what it will share.</summary>
    Held,

    /// <summary>Waits for blocks and a place in the batch.</summary>
    Waiting,

    /// <summary>Has blocks; takes part in steps.</summary>
    Running,

    /// <summary>Ended, aborted or failed; has no blocks.</summary>
    Finished,
}
