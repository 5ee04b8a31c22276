namespace Engine.Cli.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public async Task RunAsync_NoArguments_SaysOneSentenceAndExitsWith2()
    {
        CommandRun run = await CommandRun.OfAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("error: A command is missing. See \"engine --help\".\n", run.Error);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("There is no command \"rum\".", "rum")]
    [InlineData("\"run\" has no option \"--temprature\"", "run", "--temprature", "0")]
    [InlineData("\"run\" has no option \"--temprature\"", "run", "--temprature")]
    [InlineData("\"run\" has no option \"--bad\"", "run", "hello", "--bad")]
    [InlineData("\"b\" is one argument too many", "run", "a", "b")]
    [InlineData("--temperature is a number from 0 to 2, not \"3\".", "run", "hello", "--temperature", "3")]
    [InlineData("--temperature is a number from 0 to 2, not \"NaN\".", "run", "hello", "--temperature", "NaN")]
    [InlineData("--max-tokens is a whole number from 0 on, not \"-1\".", "run", "hello", "--max-tokens", "-1")]
    [InlineData("--threads is a whole number from 0 to 1024, not \"many\".", "run", "hello", "--threads", "many")]
    [InlineData("--seed is a whole number from 0 on, not \"1.5\".", "run", "hello", "--seed", "1.5")]
    [InlineData("--runner is auto or managed or onnxruntime or genai, not \"cuda\".", "run", "hello", "--runner", "cuda")]
    [InlineData("--accuracy-level is a whole number from 0 to 4, not \"5\".", "run", "hello", "--accuracy-level", "5")]
    [InlineData("Required argument missing for option: '--model'.", "run", "hello", "--model")]
    [InlineData("--raw needs a PROMPT and takes no --system.", "run", "--raw")]
    public async Task RunAsync_WrongUsage_SaysWhatIsWrongAndExitsWith2(string expected, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith($"error: {expected}", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task RunAsync_Help_ListsEveryCommand()
    {
        CommandRun run = await CommandRun.OfAsync("--help");

        Assert.Equal(0, run.ExitCode);
        Assert.All(Commands.Select(row => row.Data), name => Assert.Contains($"\n  {name} ", run.Output, StringComparison.Ordinal));
        Assert.Contains("Examples:\n  engine serve", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task RunAsync_HelpOfACommand_EndsWithExamples(string name)
    {
        CommandRun run = await CommandRun.OfAsync(name, "--help", "--no-such-option");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Usage:\n", run.Output, StringComparison.Ordinal);
        Assert.Contains($"engine {name}", run.Output[run.Output.IndexOf("Examples:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task RunAsync_Version_PrintsIt()
    {
        CommandRun run = await CommandRun.OfAsync("--version");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Output);
    }

    public static TheoryData<string> Commands { get; } = ["serve", "run", "inspect", "bench", "logits", "tokenize", "template"];
}
