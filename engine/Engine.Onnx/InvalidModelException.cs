namespace Engine.Onnx;

/// <summary>A model file or folder that cannot be used. The message is one sentence: which file, which place in it, and what to do.</summary>
public sealed class InvalidModelException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    public InvalidModelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and what caused it.</summary>
    public InvalidModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
