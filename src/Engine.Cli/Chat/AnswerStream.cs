using System.Text;
using Engine.Inference;

namespace Engine.Cli.Chat;

/// <summary>Writes an answer to standard output while it is made.</summary>
internal static class AnswerStream
{
    /// <summary>Generates and writes; a new line ends the answer, unless its own text did.</summary>
    /// <returns>The answer's text, as far as it came.</returns>
    public static async Task<string> WriteAsync(LlmEngine engine, GenerationRequest request, Terminal terminal, CancellationToken cancellationToken)
    {
        StringBuilder answer = new();
        await using Generation generation = await engine.StartAsync(request, cancellationToken);
        foreach (string warning in generation.Warnings)
        {
            terminal.Note($"warning: {warning}");
        }

        try
        {
            await foreach (GenerationUpdate update in generation.UpdatesAsync(cancellationToken))
            {
                answer.Append(update.Text);
                terminal.Out.Write(update.Text);
            }
        }
        finally
        {
            if (answer.Length == 0 || answer[^1] != '\n')
            {
                terminal.Out.WriteLine();
            }
        }

        return answer.ToString();
    }
}
