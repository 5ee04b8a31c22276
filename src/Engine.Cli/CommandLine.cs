using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Engine.Cli;

/// <summary>The command line: its commands, and what becomes of what goes wrong in them.</summary>
internal static class CommandLine
{
    private const int Failed = 1;
    private const int WrongUsage = 2;

    /// <summary>Parses and runs. Exit codes: 0 done, 1 failed, 2 wrong usage, 128 + signal when interrupted.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandContext context)
    {
        TextWriter error = context.Terminal.Error;

        // No response files: a prompt may begin with "@".
        ParseResult parsed = Root(context).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || parsed is { Action: null })
        {
            string sentence = UsageError(parsed);
            await error.WriteLineAsync($"error: {sentence} See \"{HelpLine(parsed)}\".");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = context.Terminal.Out,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException) when (context.Interruption.Token.IsCancellationRequested)
        {
            return context.Interruption.ExitCode;
        }
        catch (Exception exception)
        {
            await error.WriteLineAsync($"error: {ErrorSentence.Of(exception)}");
            return Failed;
        }
    }

    private static RootCommand Root(CommandContext context)
    {
        RootCommand root = new("Serves and runs ONNX language models.")
        {
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static string UsageError(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is [string unmatched, ..])
        {
            return parsed.CommandResult.Command is RootCommand
                ? $"There is no command \"{unmatched}\"."
                : unmatched.StartsWith('-')
                    ? $"\"{parsed.CommandResult.Command.Name}\" has no option \"{unmatched}\"."
                    : $"\"{unmatched}\" is one argument too many; text with blanks goes in quotes.";
        }

        string message = parsed.Errors is [ParseError first, ..] ? first.Message : "A command is missing.";
        return parsed.CommandResult.Command is RootCommand ? "A command is missing." : message.EndsWith('.') ? message : $"{message}.";
    }

    private static string HelpLine(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "engine --help" : $"engine {parsed.CommandResult.Command.Name} --help";
}
