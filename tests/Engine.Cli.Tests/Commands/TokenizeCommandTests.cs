using System.Text.Json;

namespace Engine.Cli.Tests.Commands;

public sealed class TokenizeCommandTests
{
    [Fact]
    public async Task Run_TextAndIds_AnswersEachLineInOrder()
    {
        CommandRun run = await CommandRun.WithInputAsync(
            """
            {"text":"Hello, world"}
            {"ids":[19556,28,905],"skip_special_tokens":true}
            {"ids":[1,19556,2]}
            {"ids":[1,19556,2],"skip_special_tokens":false}
            """,
            "tokenize");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.Equal(
            [
                """{"ids":[19556,28,905]}""",
                """{"text":"Hello, world","deltas":["Hello",","," world"]}""",
                """{"text":"Hello","deltas":["","Hello",""]}""",
                """{"text":"<|im_start|>Hello<|im_end|>","deltas":["<|im_start|>","Hello","<|im_end|>"]}""",
            ],
            run.Lines);
    }

    [Fact]
    public async Task Run_CharacterInPieces_GivesOneDeltaAnIdAndTheRestAtTheEnd()
    {
        JsonElement ids = JsonDocument.Parse((await CommandRun.WithInputAsync("""{"text":"🦙"}""", "tokenize")).Output).RootElement.GetProperty("ids");
        int[] cut = [.. ids.EnumerateArray().Select(id => id.GetInt32()).SkipLast(1)];
        Assert.NotEmpty(cut);

        CommandRun run = await CommandRun.WithInputAsync($$"""{"ids":[{{string.Join(',', cut)}}]}""", "tokenize");

        string[] deltas = [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("deltas").EnumerateArray().Select(delta => delta.GetString()!)];
        Assert.Equal([.. cut.Select(_ => ""), "\uFFFD"], deltas);
    }

    [Theory]
    [InlineData("{}", "either \\\"text\\\" or \\\"ids\\\"")]
    [InlineData("""{"text":"a","ids":[1]}""", "either \\\"text\\\" or \\\"ids\\\"")]
    [InlineData("""{"text":null}""", "either \\\"text\\\" or \\\"ids\\\"")]
    [InlineData("""{"text":5}""", "\\\"text\\\" is a text in quotes")]
    [InlineData("""{"ids":[1,-1]}""", "\\\"ids[1]\\\" is no token id")]
    [InlineData("""{"ids":[1.5]}""", "\\\"ids[0]\\\" is no token id")]
    [InlineData("""{"ids":"1"}""", "\\\"ids\\\" is an array")]
    [InlineData("""{"text":"a","skip_special_tokens":true}""", "goes with \\\"ids\\\"")]
    [InlineData("""{"ids":[1],"add_special_tokens":true}""", "goes with \\\"text\\\"")]
    [InlineData("""{"text":"a","add_special_tokens":1}""", "true or false")]
    [InlineData("""{"text":"a","texts":"b"}""", "\\\"texts\\\" is not known")]
    [InlineData("""{"text":"a" """, "Not JSON")]
    public async Task Run_WrongLine_AnswersWhatIsWrong(string line, string expected)
    {
        CommandRun run = await CommandRun.WithInputAsync($"{line}\n{{\"text\":\"a\"}}\n", "tokenize");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(2, run.Lines.Length);
        Assert.StartsWith("{\"error\":\"", run.Lines[0], StringComparison.Ordinal);
        Assert.Contains(expected, run.Lines[0], StringComparison.Ordinal);
        Assert.Equal("{\"ids\":[81]}", run.Lines[1]);
    }

    [Theory]
    [InlineData("no/such/folder")]
    [InlineData("no/such/tokenizer.json")]
    public async Task Run_NoTokenizerThere_SaysSoInOneSentence(string model)
    {
        CommandRun run = await CommandRun.OfAsync("tokenize", "--model", model);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(model, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("unforeseen", run.Error, StringComparison.Ordinal);
    }
}
