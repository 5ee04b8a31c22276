namespace Engine.Inference.Core;

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>The model said so (an end token), or a stop string or stop token appeared.</summary>
    Stop,

    /// <summary>The requested number of tokens, or the model's context, is used up.</summary>
    Length,
}
