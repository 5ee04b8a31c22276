namespace Engine.Server.Errors;

/// <summary>A request that is answered with an error object. Thrown anywhere before the first byte of an answer.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">One sentence that says what is wrong and what to do.</param>
/// <param name="code">A stable code that clients can test for, or <see langword="null"/>.</param>
/// <param name="parameter">The field at fault, as in <c>messages[2].content</c>, or <see langword="null"/>.</param>
/// <param name="retryAfterSeconds">When to try again, for what passes by itself.</param>
/// <param name="innerException">What caused it.</param>
internal sealed class OpenAIException(
    int status, string message, string? code = null, string? parameter = null, int? retryAfterSeconds = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    public int Status { get; } = status;

    public string? Code { get; } = code;

    public string? Parameter { get; } = parameter;

    public int? RetryAfterSeconds { get; } = retryAfterSeconds;

    /// <summary>A value that is wrong by itself or beside another.</summary>
    public static OpenAIException Invalid(string? parameter, string message, string code = ErrorCodes.InvalidValue) => new(400, message, code, parameter);

    /// <summary>A field that this server, this model or this combination cannot honour, and that would change the answer.</summary>
    public static OpenAIException Unsupported(string parameter, string message) => new(400, message, ErrorCodes.UnsupportedParameter, parameter);
}
