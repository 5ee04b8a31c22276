namespace Engine.Cli.Tests.Commands;

public sealed class RunCommandTests
{
    private const string Question = "What is the capital of France?";
    private const string Answer = "The capital of France is Paris.\n";

    [Theory]
    [MemberData(nameof(Runners))]
    public async Task Run_Prompt_PrintsTheAnswerAndNothingElse(string runner)
    {
        CommandRun run = await CommandRun.OfAsync("run", Question, "--temperature", "0", "--threads", "1", "--runner", runner);

        Assert.Equal((0, Answer, ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task Run_PromptOnStandardInput_IsTakenWhole()
    {
        CommandRun run = await CommandRun.WithInputAsync($"{Question}", "run", "-", "--temperature", "0", "--threads", "1");

        Assert.Equal((0, Answer, ""), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task Run_NoPrompt_AnswersEveryLineAndRemembersTheOnesBefore()
    {
        string[] options = ["--temperature", "0", "--max-tokens", "12", "--threads", "1"];
        CommandRun run = await CommandRun.WithInputAsync($"{Question}\n\nAnd of Italy?\n", ["run", .. options]);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(Answer, run.Output, StringComparison.Ordinal);
        Assert.Contains("Rome", run.Output[Answer.Length..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_EqualSeeds_GiveEqualAnswers()
    {
        string[] arguments = ["run", "Tell me a story.", "--temperature", "1.5", "--top-k", "0", "--max-tokens", "6", "--threads", "1", "--seed"];

        CommandRun first = await CommandRun.OfAsync([.. arguments, "7"]);
        CommandRun again = await CommandRun.OfAsync([.. arguments, "7"]);
        CommandRun other = await CommandRun.OfAsync([.. arguments, "8"]);

        Assert.Equal(first.Output, again.Output);
        Assert.NotEqual(first.Output, other.Output);
    }

    [Fact]
    public async Task Run_Raw_ContinuesTheText()
    {
        CommandRun run = await CommandRun.OfAsync("run", "The capital of France is", "--raw", "--temperature", "0", "--max-tokens", "2", "--stop", "!", "--threads", "1");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(" Paris", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PromptLongerThanTheContext_SaysSoInOneSentence()
    {
        CommandRun run = await CommandRun.OfAsync("run", Question, "--context-length", "8", "--threads", "1");

        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("unforeseen", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_InputThatIsNoUtf8_SaysSo()
    {
        using MemoryStream output = new();
        using StringWriter error = new();
        using Interruption interruption = new();
        Terminal terminal = new(new MemoryStream([0xC3, 0x28]), output, error, isInteractive: false, showsProgress: false);

        Assert.Equal(1, await CommandLine.RunAsync(["run", "-"], new CommandContext(terminal, interruption)));
        Assert.Equal("error: The input is not UTF-8 text.\n", error.ToString());
    }

    public static TheoryData<string> Runners { get; } = ["managed", "onnxruntime"];
}
