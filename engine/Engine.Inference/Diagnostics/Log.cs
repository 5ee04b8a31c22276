using Microsoft.Extensions.Logging;

namespace Engine.Inference.Diagnostics;

/// <summary>What the engine logs. Event ids are never used again for something else.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Loaded model {ModelId} in {Milliseconds} ms: context {ContextLength} tokens, {BlockCount} blocks of {BlockSize} tokens, {Fingerprint}")]
    public static partial void ModelLoaded(ILogger logger, string modelId, long milliseconds, int contextLength, int blockCount, int blockSize, string fingerprint);

    [LoggerMessage(2, LogLevel.Error, "Model {ModelId} could not be loaded")]
    public static partial void ModelNotLoaded(ILogger logger, string modelId, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "Model {ModelId}: {Warning}")]
    public static partial void ModelWarning(ILogger logger, string modelId, string warning);

    [LoggerMessage(4, LogLevel.Error, "The runner failed; {SequenceCount} sequences of the step end with an error")]
    public static partial void RunnerFailed(ILogger logger, int sequenceCount, Exception exception);

    [LoggerMessage(5, LogLevel.Critical, "A step of the engine failed; all requests end with an error")]
    public static partial void StepFailed(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Critical, "The engine's thread failed; the engine takes no more requests")]
    public static partial void EngineFailed(ILogger logger, Exception exception);
}
