using System.Text;
using System.Text.Json;
using Engine.Cli.JsonLines;

namespace Engine.Cli.Tests.JsonLines;

public sealed class JsonLineLoopTests
{
    [Fact]
    public async Task RunAsync_LineThatFails_AnswersAnErrorAndGoesOn()
    {
        string output = await RunAsync("{\"text\":\"a\"}\nnot json\n\n  \r\n{\"text\":1}\n[1]\n{\"text\":\"a\",\"text\":\"b\"}\n{\"what\":1}\n{\"text\":\"z\"}");

        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Equal("{\"text\":\"a\"}", lines[0]);
        Assert.Equal("{\"text\":\"z\"}", lines[^1]);
        Assert.All(lines[1..^1], line => Assert.NotEmpty(JsonDocument.Parse(line).RootElement.GetProperty("error").GetString()!));
        Assert.Contains("\\\"what\\\" is not known here", lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_TextOutsideAscii_IsNotEscaped()
    {
        Assert.Equal("{\"text\":\"é<>日本\\n\"}\n", await RunAsync("{\"text\":\"\\u00e9<>日本\\n\"}"));
    }

    [Fact]
    public async Task RunAsync_LoneSurrogate_IsAnErrorOfItsLine()
    {
        string output = await RunAsync("{\"text\":\"\\ud800\"}\n{\"text\":\"b\"}\n");

        Assert.StartsWith("{\"error\":", output, StringComparison.Ordinal);
        Assert.EndsWith("{\"text\":\"b\"}\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_AnswerLargerThanTheBuffer_IsWrittenWhole()
    {
        string text = new('x', 300_000);

        Assert.Equal($"{{\"text\":\"{text}\"}}\n", await RunAsync($"{{\"text\":\"{text}\"}}"));
    }

    [Fact]
    public async Task RunAsync_Interrupted_Ends()
    {
        using Interruption interruption = new();
        interruption.Interrupt();
        Terminal terminal = new(new MemoryStream("{}\n"u8.ToArray()), new MemoryStream(), TextWriter.Null, isInteractive: false, showsProgress: false);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => JsonLineLoop.RunAsync(new CommandContext(terminal, interruption), (_, _) => { }));
    }

    private static async Task<string> RunAsync(string input)
    {
        using MemoryStream output = new();
        using Interruption interruption = new();
        Terminal terminal = new(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, TextWriter.Null, isInteractive: false, showsProgress: false);
        int exitCode = await JsonLineLoop.RunAsync(new CommandContext(terminal, interruption), (line, answer) =>
        {
            using LineFields fields = LineFields.Parse(line, "text");
            answer.WriteString("text", fields.Text("text"));
        });
        Assert.Equal(0, exitCode);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
