using System.Text.Encodings.Web;
using System.Text.Json;

namespace Engine.Cli.JsonLines;

/// <summary>
/// JSON Lines in, JSON Lines out: one answer a line, in order, written as soon as it is there. A line that cannot be answered gets
/// <c>{"error":…}</c>, and the rest goes on.
/// </summary>
internal static class JsonLineLoop
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Answers every line of the terminal's input. Blank lines have no answer.</summary>
    /// <param name="context">Where lines come from and go to.</param>
    /// <param name="answer">Writes the members of one answer. All that can fail happens before it writes the first one.</param>
    /// <returns>The exit code: 0, whatever single lines came to.</returns>
    public static async Task<int> RunAsync(CommandContext context, Action<ReadOnlyMemory<byte>, Utf8JsonWriter> answer)
    {
        using LineReader lines = new(context.Terminal.Input);
        using LineBuffer buffer = new(context.Terminal.Output);
        using Utf8JsonWriter writer = new(buffer, WriterOptions);
        while (await lines.ReadAsync(context.Interruption.Token) is ReadOnlyMemory<byte> line)
        {
            if (!lines.WasTooLong && IsBlank(line.Span))
            {
                continue;
            }

            writer.WriteStartObject();
            try
            {
                if (lines.WasTooLong)
                {
                    throw new CommandException($"The line is longer than {LineReader.MaxLength >> 20} MiB.");
                }

                answer(line, writer);
            }
            catch (Exception exception) when (exception is not OperationCanceledException && writer.BytesPending + writer.BytesCommitted == 1)
            {
                writer.WriteString("error", ErrorSentence.Of(exception));
            }

            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            buffer.EndLine();
        }

        return 0;
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept(" \t\r"u8) < 0;
}
