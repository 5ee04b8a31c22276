using System.Text.Json;
using Engine.Cli.Benchmarking;

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
                "peak_rss MiB",
                "bandwidth GB/s",
                "bandwidth_share of bandwidth batch 1 context 0 n 2",
                "bandwidth_share of bandwidth batch 1 context 12 n 2",
                "bandwidth_share of bandwidth batch 1 context 0 n 2",
                "bandwidth_share of bandwidth batch 3 context 0 n 2",
            ],
            lines.Select(Shape));
        JsonElement bandwidth = lines.Single(line => line.GetProperty("metric").GetString() is "bandwidth");
        Assert.All((string[])["cpu", "instruction_sets", "platform", "runner", "weights"], name => Assert.NotEqual("", bandwidth.GetProperty(name).GetString()));
        Assert.All(lines.Where(line => line.GetProperty("metric").GetString() is "decode" or "batch"), line => Assert.True(line.GetProperty("p50_ms").GetDouble() > 0));
    }

    [Fact]
    public async Task Run_ForPeople_PrintsALineAMeasurement()
    {
        CommandRun run = await CommandRun.OfAsync("bench", "--tests", "prefill", "--threads", "1", "--pp", "4", "--ctx", "0");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(5, run.Lines.Length);
        Assert.StartsWith("default: 1 thread of ", run.Lines[0], StringComparison.Ordinal);
        Assert.Matches("^managed-.*; weights auto; accuracy level as the graph says$", run.Lines[1]);
        Assert.Matches(@"^load +\d+\.\d\d s$", run.Lines[2]);
        Assert.Matches(@"^prefill 4 +\d+\.\d\d tok/s$", run.Lines[3]);
        Assert.Matches(@"^largest memory +\d+\.\d\d MiB$", run.Lines[4]);
    }

    [Fact]
    public async Task Run_SeveralRounds_PrintsEachMedianOnce()
    {
        CommandRun run = await CommandRun.OfAsync("bench", "--json", "--tests", "prefill", "--threads", "1", "--pp", "4", "--ctx", "0", "--repeat", "3", "--weights", "in-place");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["load s", "prefill tok/s batch 1 context 0 n 4", "peak_rss MiB"], run.Lines.Select(line => Shape(JsonDocument.Parse(line).RootElement)));
    }

    [Fact]
    public void Median_OfRounds_IsTakenOfEachFigure()
    {
        Measurement[] rounds = [new("decode", 30, 1, 0, 2, 5), new("decode", 10, 1, 0, 2, 9), new("decode", 20, 1, 0, 2, 1), new("decode", 22, 1, 0, 2, 2)];

        Assert.Equal(new Measurement("decode", 21, 1, 0, 2, 3.5), Measurement.Median(rounds));
    }

    [Fact]
    public void Share_OfASteps_IsItsBytesOverItsTime()
    {
        // 1000 bytes of weights, and 10 a token for two sequences of 86 + 4 + 20 / 2 tokens, in 3 ms, where 1,000,000 bytes a second are possible.
        Measurement share = new BandwidthShare(1000, 10, 1_000_000).Of(new Measurement("batch", 5, Batch: 2, Context: 86, Count: 20, MedianStep: 3));

        Assert.Equal(1.0, share.Value, 6);
        Assert.Equal("batch", share.Of);
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
