using System.Text.Json.Nodes;

namespace Engine.Cli.Tests.Commands;

public sealed class InspectCommandTests
{
    private static readonly string DefaultModelFolder = Path.Combine(AppContext.BaseDirectory, "models", "default");

    [Fact]
    public async Task Run_EmbeddedModelAsJson_SaysWhatItIsAndWhatRunsIt()
    {
        CommandRun run = await CommandRun.OfAsync("inspect", "--json");

        Assert.Equal(0, run.ExitCode);
        JsonNode report = JsonNode.Parse(run.Output)!;
        Assert.Equal("llama", (string?)report["type"]);
        Assert.Equal(8192, (int)report["context_length"]!);
        Assert.Equal(49152, (int)report["vocabulary_size"]!);
        Assert.Equal(49152, (int)report["tokenizer"]!["ids"]!);
        Assert.Equal([2], report["eos_token_ids"]!.AsArray().Select(id => (int)id!));
        Assert.Equal(0.2f, (float)report["sampling"]!["temperature"]!);
        Assert.True((bool)report["chat_template"]!["system_messages"]!);
        Assert.False((bool)report["chat_template"]!["tools"]!);
        Assert.Equal(30, (int)report["graph"]!["operators"]!["com.microsoft.GroupQueryAttention"]!);
        Assert.Equal("input_ids", (string?)report["graph"]!["inputs"]![0]!["name"]);

        // 30 layers of 3 heads of 64 numbers, keys and values, 4 bytes each.
        Assert.Equal(30 * 3 * 64 * 2 * 4, (long)report["memory"]!["kv_cache_per_token"]!);
        Assert.InRange((long)report["memory"]!["weights"]!, 90_000_000, 110_000_000);
        Assert.True((bool)report["runners"]!["managed"]!["runs"]!);
        Assert.True((bool)report["runners"]!["onnxruntime"]!["runs"]!);
    }

    [Fact]
    public async Task Run_EmbeddedModel_PrintsTheSameForPeople()
    {
        CommandRun run = await CommandRun.OfAsync("inspect", DefaultModelFolder);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"Model      {DefaultModelFolder} (llama)\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("Runner     managed: runs it\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("input_ids: int64 [", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\n +30  com\.microsoft\.GroupQueryAttention\n", run.Output);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Run_GraphAlone_SaysWhetherItsOperatorsAreThere()
    {
        CommandRun run = await CommandRun.OfAsync("inspect", Path.Combine(DefaultModelFolder, "model.onnx"), "--json");

        JsonNode report = JsonNode.Parse(run.Output)!;
        Assert.Null(report["type"]);
        Assert.True((bool)report["runners"]!["managed"]!["runs"]!);
    }

    [Theory]
    [InlineData("does not exist", "no/such/folder")]
    [InlineData("no-such.onnx is not in", "no-such.onnx")]
    [InlineData("\"inspect\" has no option \"--jsn\"", "--jsn")]
    public async Task Run_NothingThere_SaysSoInOneSentence(string expected, string model)
    {
        CommandRun run = await CommandRun.OfAsync("inspect", model);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }
}
