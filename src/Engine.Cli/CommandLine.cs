using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Engine.Cli.Commands;

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
        if (UsageError(parsed) is string sentence)
        {
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
            ServeCommand.Create(context),
            RunCommand.Create(context),
            InspectCommand.Create(context),
            DevicesCommand.Create(context),
            BenchCommand.Create(context),
            LogitsCommand.Create(context),
            TokenizeCommand.Create(context),
            TemplateCommand.Create(context),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static string? UsageError(ParseResult parsed)
    {
        if (parsed.Action is HelpWithExamples)
        {
            return null;
        }

        string command = parsed.CommandResult.Command.Name;
        if (parsed.CommandResult.Command is RootCommand)
        {
            return parsed.UnmatchedTokens is [string word, ..] ? $"There is no command \"{word}\"."
                : parsed.Action is ParseErrorAction or null ? "A command is missing."
                : null;
        }

        if (MistypedOption(parsed) is string option)
        {
            return $"\"{command}\" has no option \"{option}\"; text that begins with a dash goes behind \"--\".";
        }

        if (parsed.UnmatchedTokens is [string unmatched, ..])
        {
            return unmatched.StartsWith('-')
                ? $"\"{command}\" has no option \"{unmatched}\"."
                : $"\"{unmatched}\" is one argument too many; text with blanks goes in quotes.";
        }

        return parsed.Errors is [ParseError first, ..] ? first.Message.TrimEnd('.') + "." : null;
    }

    // The parser takes an option that it does not know for an argument.
    private static string? MistypedOption(ParseResult parsed)
    {
        if (parsed.Tokens.Any(token => token.Type is TokenType.DoubleDash))
        {
            return null;
        }

        return parsed.CommandResult.Command.Arguments
            .SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? [])
            .Select(token => token.Value)
            .FirstOrDefault(text => text.Length > 1 && text[0] == '-');
    }

    private static string HelpLine(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "engine --help" : $"engine {parsed.CommandResult.Command.Name} --help";
}
