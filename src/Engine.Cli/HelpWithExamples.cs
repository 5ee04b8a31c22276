using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Engine.Cli;

/// <summary>The help of System.CommandLine, and below it the examples of the command.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    // As System.CommandLine's own: "--help" answers even where the rest of the line is wrong.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        IReadOnlyList<string> examples = parseResult.CommandResult.Command switch
        {
            EngineCommand command => command.Examples,
            RootCommand => ["serve", "run \"What is the capital of France?\" --temperature 0", "run --help"],
            _ => [],
        };
        if (examples.Count > 0)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in examples)
            {
                output.WriteLine($"  {ExampleLine(example)}");
            }

            output.WriteLine();
        }

        return 0;
    }

    // An example that begins with a pipe, an assignment or the like already names the program.
    private static string ExampleLine(string example) => example.Contains("engine ", StringComparison.Ordinal) ? example : $"engine {example}";
}
