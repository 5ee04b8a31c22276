namespace Engine.Inference.ChatTemplates;

/// <summary>
/// A chat template that cannot be compiled or rendered: its own <c>raise_exception</c> (then the message is the template's), a syntax error,
/// a value that does not fit, or a budget that ran out.
/// </summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong, without the line.</param>
    /// <param name="line">The line of the template, counted from 1; <see langword="null"/> where none is at fault.</param>
    /// <param name="raisedByTemplate">Whether the template itself refused the conversation.</param>
    /// <param name="innerException">What caused it.</param>
    public ChatTemplateException(string message, int? line = null, bool raisedByTemplate = false, Exception? innerException = null)
        : base(line is null || raisedByTemplate ? message : $"line {line} of the chat template: {message}", innerException)
    {
        Line = line;
        RaisedByTemplate = raisedByTemplate;
    }

    /// <summary>The line of the template at fault, counted from 1, if one is.</summary>
    public int? Line { get; }

    /// <summary>Whether the template called <c>raise_exception</c>: the conversation is not one that this model takes.</summary>
    public bool RaisedByTemplate { get; }
}
