namespace Engine.Inference;

/// <summary>A request that cannot be generated, or failed while it was. The message says what to do.</summary>
/// <param name="error">What kind of fault it is.</param>
/// <param name="message">One sentence for the caller.</param>
/// <param name="parameter">The member of the request at fault, as in <c>"MaxTokens"</c> or <c>"Messages[2]"</c>; <see langword="null"/> for none.</param>
/// <param name="innerException">What caused it.</param>
public sealed class GenerationException(GenerationError error, string message, string? parameter = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What kind of fault it is.</summary>
    public GenerationError Error { get; } = error;

    /// <summary>The member of the request at fault; <see langword="null"/> for none.</summary>
    public string? Parameter { get; } = parameter;
}

/// <summary>Kinds of <see cref="GenerationException"/>.</summary>
public enum GenerationError
{
    /// <summary>A value of the request is out of its range, or members contradict each other.</summary>
    InvalidRequest,

    /// <summary>Prompt and requested tokens do not fit the model's context. Nothing is ever truncated.</summary>
    ContextLengthExceeded,

    /// <summary>The model cannot do what is asked (no chat template, say).</summary>
    Unsupported,

    /// <summary>The queue is full; try again later.</summary>
    Overloaded,

    /// <summary>The engine is shutting down.</summary>
    ShuttingDown,

    /// <summary>The model or its device failed (not-a-number logits, out of memory).</summary>
    ModelFailed,
}
