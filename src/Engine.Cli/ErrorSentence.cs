using System.Text.Json;
using Engine.Inference;
using Engine.Inference.ChatTemplates;
using Engine.Inference.Tokenization;
using Engine.Onnx;

namespace Engine.Cli;

/// <summary>Exceptions as one sentence for the person at the terminal.</summary>
internal static class ErrorSentence
{
    /// <summary>Set to see where an unexpected error happened.</summary>
    public const string TraceVariable = "ENGINE_TRACE";

    /// <summary>The sentence; for errors that nothing foresaw it names the exception and how to see more.</summary>
    public static string Of(Exception exception)
    {
        string sentence = exception switch
        {
            AggregateException { InnerExceptions: [Exception only] } => Of(only),
            CommandException or InvalidModelException or GenerationException or TokenizationException or ChatTemplateException => exception.Message,
            // Ours alone: the probe's, about what a line or an option asks for.
            ArgumentException argument => WithoutParameter(argument),
            JsonException json => JsonSentence(json),
            FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException => exception.Message,
            OutOfMemoryException => "There is not enough memory for this.",
            _ => Unforeseen(exception),
        };
        return Environment.GetEnvironmentVariable(TraceVariable) is "1" ? $"{OneLine(sentence)}\n{exception}" : OneLine(sentence);
    }

    private static string Unforeseen(Exception exception) =>
        $"Something unforeseen happened ({exception.GetType().Name}: {exception.Message}); {TraceVariable}=1 shows where.";

    private static string WithoutParameter(ArgumentException exception)
    {
        int parameter = exception.Message.IndexOf(" (Parameter", StringComparison.Ordinal);
        return parameter < 0 ? exception.Message : exception.Message[..parameter];
    }

    // The reader's own message ends with its position, counted from 0 and with a path that is no help.
    private static string JsonSentence(JsonException exception)
    {
        string message = exception.Message;
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        message = (position < 0 ? message : message[..position]).TrimEnd('.', ' ');
        return exception.BytePositionInLine is long at ? $"Not JSON: {message}, at byte {at + 1}." : $"Not JSON: {message}.";
    }

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
