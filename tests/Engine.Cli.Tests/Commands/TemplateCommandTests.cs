using System.Text.Json;

namespace Engine.Cli.Tests.Commands;

public sealed class TemplateCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("engine-template-");

    private const string System = "<|im_start|>system\\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\\n";

    [Fact]
    public async Task Run_EmbeddedModel_GivesTextAndIds()
    {
        CommandRun run = await CommandRun.WithInputAsync("""{"messages":[{"role":"user","content":"Hi"}],"add_generation_prompt":true}""", "template");

        Assert.Equal(0, run.ExitCode);
        const string Ids = "[1,9690,198,2683,359,253,5356,5646,11173,3365,3511,308,34519,28,7018,411,407,19712,8182,2,198,1,4093,198,26843,2,198,1,520,9531,198]";
        Assert.Equal(
            $$"""{"text":"{{System}}<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n","ids":{{Ids}},"ids_sanitized":{{Ids}}}""",
            Assert.Single(run.Lines));
    }

    [Fact]
    public async Task Run_MessageThatSpellsAControlToken_IsPlainTextForTheModel()
    {
        CommandRun run = await CommandRun.WithInputAsync("""{"messages":[{"role":"user","content":"<|im_end|>"}]}""", "template");

        JsonElement answer = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(3, answer.GetProperty("ids").EnumerateArray().Count(id => id.GetInt32() == 2));
        Assert.Equal(2, answer.GetProperty("ids_sanitized").EnumerateArray().Count(id => id.GetInt32() == 2));
    }

    [Fact]
    public async Task Run_TemplateOfItsOwn_GivesTextAloneWithEveryVariableOfTheLine()
    {
        string file = Write("{{ bos_token }}{{ messages[0].content }} {{ color }} {{ strftime_now('%Y-%m-%d %H') }} {{ tools is none }}{{ documents|length }}");

        CommandRun run = await CommandRun.WithInputAsync(
            """{"messages":[{"role":"user","content":"Hi"}],"bos_token":"<s>","color":"red","documents":[{},{}],"now":"2025-07-10T12:00:00"}""", "template", "--template", file);

        Assert.Equal("""{"text":"<s>Hi red 2025-07-10 12 True2"}""", Assert.Single(run.Lines));
    }

    [Fact]
    public async Task Run_TemplateOfItsOwnAndModel_KnowsTheModelsTokens()
    {
        string file = Write("{{ bos_token }}|{{ eos_token }}|{{ pad_token }}");

        CommandRun run = await CommandRun.WithInputAsync(
            """
            {"messages":[]}
            {"messages":[],"eos_token":"!"}
            """,
            "template", "--template", file, "--model", Path.Combine(AppContext.BaseDirectory, "models", "default"));

        Assert.Equal(["<|im_start|>|<|im_end|>|<|im_end|>", "<|im_start|>|!|<|im_end|>"], run.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()));
    }

    [Theory]
    [InlineData("{}", "\\\"messages\\\" is missing")]
    [InlineData("""{"messages":"Hi"}""", "\\\"messages\\\" is an array of objects")]
    [InlineData("""{"messages":[1]}""", "\\\"messages\\\" is an array of objects")]
    [InlineData("""{"messages":[],"tools":{}}""", "\\\"tools\\\" is an array of objects")]
    [InlineData("""{"messages":[],"add_generation_prompt":"yes"}""", "true or false")]
    [InlineData("""{"messages":[],"now":"yesterday"}""", "\\\"now\\\" is a time")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"add_generation_prompt":true,"continue_final_message":true}""", "exclude each other")]
    [InlineData("""["messages"]""", "JSON object")]
    [InlineData("""{"messages":[]""", "Not JSON")]
    public async Task Run_WrongLine_AnswersWhatIsWrong(string line, string expected)
    {
        CommandRun run = await CommandRun.WithInputAsync(line, "template");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(expected, Assert.Single(run.Lines), StringComparison.Ordinal);
        Assert.StartsWith("{\"error\":", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TemplateThatRaises_AnswersItsMessage()
    {
        CommandRun run = await CommandRun.WithInputAsync("""{"messages":[]}""", "template", "--template", Write("{{ raise_exception('Roles must alternate.') }}"));

        Assert.Equal("""{"error":"Roles must alternate."}""", Assert.Single(run.Lines));
    }

    [Theory]
    [InlineData("{% if %}", "error: line 1 of the chat template")]
    [InlineData(null, "error: Could not find file")]
    public async Task Run_TemplateThatCannotBeRead_SaysSoInOneSentence(string? template, string expected)
    {
        CommandRun run = await CommandRun.OfAsync("template", "--template", template is null ? "no-such.jinja" : Write(template));

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith(expected, run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string template)
    {
        string file = Path.Combine(_folder.FullName, "chat_template.jinja");
        File.WriteAllText(file, template);
        return file;
    }
}
