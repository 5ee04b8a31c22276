using System.Text.Json;

namespace Engine.Cli.Tests.Commands;

public sealed class BenchCommandTests
{
    [Fact]
    public async Task Run_AllTestsAsJson_PrintsTheLinesThatComparisonsRead()
    {
        CommandRun run = await CommandRun.OfAsync(
            "bench", "--json", "--threads", "1", "--pp", "8", "--tg", "2", "--ctx", "0,12", "--batch", "1,3", "--btg", "2", "--name", "tiny", "--sample", "greedy");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        JsonElement[] lines = [.. run.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(lines, line => Assert.Equal(("ours", "tiny", 1), (line.GetProperty("peer").GetString(), line.GetProperty("model").GetString(), line.GetProperty("threads").GetInt32())));
        Assert.All(lines, line => Assert.True(line.GetProperty("value").GetDouble() > 0));
        Assert.Equal(
            [
                "load s",
                "decode tok/s batch 1 context 0 n 2",
                "prefill tok/s batch 1 context 0 n 8",
                "prefill tok/s batch 1 context 0 n 12",
                "decode tok/s batch 1 context 12 n 2",
                "batch tok/s batch 1 context 0 n 2",
                "batch tok/s batch 3 context 0 n 2",
            ],
            lines.Select(Shape));
        Assert.All(lines.Where(line => line.GetProperty("metric").GetString() is "decode" or "batch"), line => Assert.True(line.GetProperty("p50_ms").GetDouble() > 0));
    }

    [Fact]
    public async Task Run_ForPeople_PrintsALineAMeasurement()
    {
        CommandRun run = await CommandRun.OfAsync("bench", "--tests", "prefill", "--threads", "1", "--pp", "4", "--ctx", "0");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Lines.Length);
        Assert.Matches(@"^prefill 4 +\d+\.\d\d tok/s$", run.Lines[1]);
    }

    [Theory]
    [InlineData(2, "--tests is a list of prefill, decode, batch with commas between, not \"speed\".", "--tests", "speed")]
    [InlineData(2, "--sample is fixed or greedy, not \"random\".", "--sample", "random")]
    [InlineData(2, "--batch is a list of whole numbers from 1 to 1024", "--batch", "1,0")]
    [InlineData(1, "The model takes 8192 tokens", "--ctx", "9000")]
    public async Task Run_WhatCannotBeMeasured_SaysSoInOneSentence(int exitCode, string expected, params string[] arguments)
    {
        CommandRun run = await CommandRun.OfAsync(["bench", .. arguments]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static string Shape(JsonElement line) => string.Join(
        ' ',
        ((string[])["metric", "unit", "batch", "context", "n"])
            .Where(name => line.TryGetProperty(name, out _))
            .Select(name => name is "metric" or "unit" ? line.GetProperty(name).GetString() : $"{name} {line.GetProperty(name)}"));
}
