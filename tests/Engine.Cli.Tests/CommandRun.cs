using System.Text;

namespace Engine.Cli.Tests;

/// <summary>One command line run inside the test's process: what it answered, said and returned.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of the answer.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<CommandRun> OfAsync(params string[] arguments) => WithInputAsync("", arguments);

    public static async Task<CommandRun> WithInputAsync(string input, params string[] arguments)
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        using Interruption interruption = new();
        Terminal terminal = new(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, error, isInteractive: false, showsProgress: false);
        int exitCode = await CommandLine.RunAsync(arguments, new CommandContext(terminal, interruption));
        return new CommandRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
