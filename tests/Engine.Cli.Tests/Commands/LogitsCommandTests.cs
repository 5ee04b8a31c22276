using System.Text.Json;

namespace Engine.Cli.Tests.Commands;

public sealed class LogitsCommandTests
{
    [Theory]
    [MemberData(nameof(Runners))]
    public async Task Run_EmbeddedModel_GivesRowsAndGreedyTokens(string runner)
    {
        CommandRun run = await CommandRun.WithInputAsync(
            """
            {"ids":[504,3575,282]}
            {"ids":[504,3575,282],"all":true,"chunk":2,"generate":4}
            """,
            "logits", "--runner", runner, "--threads", "1");

        Assert.Equal(0, run.ExitCode);
        JsonElement last = JsonDocument.Parse(run.Lines[0]).RootElement;
        JsonElement all = JsonDocument.Parse(run.Lines[1]).RootElement;
        Assert.Equal(1, last.GetProperty("logits").GetArrayLength());
        Assert.Equal(49152, last.GetProperty("logits")[0].GetArrayLength());
        Assert.Equal(0, last.GetProperty("tokens").GetArrayLength());
        Assert.Equal(3, all.GetProperty("logits").GetArrayLength());
        float[] first = [.. last.GetProperty("logits")[0].EnumerateArray().Select(value => value.GetSingle())];
        float[] chunked = [.. all.GetProperty("logits")[2].EnumerateArray().Select(value => value.GetSingle())];
        Assert.True(first.Zip(chunked).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3));
        int[] tokens = [.. all.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];
        Assert.Equal(4, tokens.Length);
        Assert.Equal(Array.IndexOf(first, first.Max()), tokens[0]);
    }

    [Theory]
    [MemberData(nameof(Runners))]
    public async Task Run_WrongLines_AnswerWhatIsWrongAndTheRestGoesOn(string runner)
    {
        CommandRun run = await CommandRun.WithInputAsync(
            """
            {}
            {"ids":[]}
            {"ids":[49152]}
            {"ids":[1],"chunk":0}
            {"ids":[1],"generate":-1}
            {"ids":[1],"everything":true}
            {"ids":[1]}
            """,
            "logits", "--runner", runner, "--threads", "1", "--context-length", "8");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(7, run.Lines.Length);
        Assert.All(run.Lines[..^1], line => Assert.StartsWith("{\"error\":", line, StringComparison.Ordinal));
        Assert.StartsWith("{\"logits\":", run.Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("unforeseen", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FolderThatIsNone_SaysSoInOneSentence()
    {
        CommandRun run = await CommandRun.OfAsync("logits", "--model", "no/such/folder", "--runner", "onnxruntime");

        Assert.Equal(1, run.ExitCode);
        Assert.Matches("^error: .*no/such/folder does not exist.*\n$", run.Error);
    }

    public static TheoryData<string> Runners { get; } = ["managed", "onnxruntime"];
}
