using Engine.Inference;
using Engine.Inference.Runners;

namespace Engine.GenAI;

/// <summary>Why a step could not be computed, for the requests that it was computed for.</summary>
internal static class RunFault
{
    /// <summary>The exception to throw in place of GenAI's.</summary>
    public static GenerationException Of(Exception cause)
    {
        string what = DeviceFault.OneSentence(cause.Message);
        return new GenerationException(
            GenerationError.ModelFailed,
            DeviceFault.KindOf(cause.Message) switch
            {
                DeviceFaultKind.OutOfMemory => $"the device's memory does not suffice ({what}); ask for fewer tokens, or serve fewer sequences at a time (--max-sequences).",
                DeviceFaultKind.DeviceLost => $"the device was lost ({what}); the model is loaded again for the next request.",
                _ => $"ONNX Runtime GenAI said: {what}.",
            },
            innerException: cause);
    }
}
