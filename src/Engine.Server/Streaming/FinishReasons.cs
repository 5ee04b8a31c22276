using Engine.Inference.Core;

namespace Engine.Server.Streaming;

/// <summary>The wire's names for why a choice ended.</summary>
internal static class FinishReasons
{
    public static string Of(FinishReason reason) => reason switch
    {
        FinishReason.Length => "length",
        _ => "stop",
    };
}
