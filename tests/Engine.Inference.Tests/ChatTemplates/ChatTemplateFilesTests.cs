using System.Text;
using System.Text.Json.Nodes;
using Engine.Onnx;

namespace Engine.Inference.ChatTemplates;

/// <summary>Where templates and special tokens of a folder come from.</summary>
public sealed class ChatTemplateFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chat-template").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_EmptyFolder_IsNull() => Assert.Null(ChatTemplate.Load(_folder));

    [Fact]
    public void Load_ConfigWithoutTemplate_IsNull()
    {
        Write("tokenizer_config.json", """{"bos_token": "<s>", "chat_template": null}""");
        Assert.Null(ChatTemplate.Load(_folder));
    }

    [Fact]
    public void Load_SeveralSources_PrefersJinjaThenJsonThenConfig()
    {
        Write("tokenizer_config.json", """{"chat_template": "config"}""");
        Assert.Equal("config", RenderFolder());
        Write("chat_template.json", """{"chat_template": "json"}""");
        Assert.Equal("json", RenderFolder());
        Write("chat_template.jinja", "jinja");
        Assert.Equal("jinja", RenderFolder());
    }

    [Fact]
    public void Load_NamedList_TakesToolUseForTools()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "plain"}, {"name": "tool_use", "template": "{{ tools | length }} tools"}]}""");
        Assert.Equal("plain", RenderFolder());
        Assert.Equal("1 tools", RenderFolder(new JsonObject { ["type"] = "function" }));
    }

    [Fact]
    public void Load_NamedListWithoutToolUse_TakesDefaultForTools()
    {
        Write("tokenizer_config.json", """{"chat_template": [{"name": "default", "template": "plain"}, {"name": "rag", "template": "x"}]}""");
        Assert.Equal("plain", RenderFolder(new JsonObject { ["type"] = "function" }));
    }

    [Fact]
    public void Load_AdditionalToolTemplate_IsTakenForTools()
    {
        Write("chat_template.jinja", "plain");
        Directory.CreateDirectory(Path.Combine(_folder, "additional_chat_templates"));
        Write("additional_chat_templates/tool_use.jinja", "tools");
        Assert.Equal("plain", RenderFolder());
        Assert.Equal("tools", RenderFolder(new JsonObject { ["type"] = "function" }));
    }

    [Theory]
    [InlineData("""{"chat_template": [{"name": "rag", "template": "x"}, {"name": "tool_use", "template": "y"}]}""", "tokenizer_config.json: 'chat_template' lists 'rag', 'tool_use' but no template named 'default'; add one.")]
    [InlineData("""{"chat_template": [{"name": "rag"}]}""", "tokenizer_config.json: a template in 'chat_template' has no string 'template'.")]
    [InlineData("""{"chat_template": [3]}""", "tokenizer_config.json: a template in 'chat_template' has no string 'name'.")]
    [InlineData("""{"chat_template": 3}""", "tokenizer_config.json: 'chat_template' must be a string or a list of named templates, not Number.")]
    [InlineData("{\n\"a\": 1,\n}", "tokenizer_config.json: line 3, column 1: the JSON is malformed.")]
    [InlineData("[]", "tokenizer_config.json: line 1, column 1: a JSON object is expected, not Array.")]
    [InlineData("", "tokenizer_config.json: line 1, column 1: the JSON is malformed.")]
    [InlineData("""{"chat_template": "a\n{% if %}"}""", "tokenizer_config.json: line 2 of the chat template: expected an expression, got '%}'.")]
    public void Load_MalformedConfig_SaysWhatAndWhere(string config, string message)
    {
        Write("tokenizer_config.json", config);
        Assert.Equal(message, Assert.Throws<InvalidModelException>(() => ChatTemplate.Load(_folder)).Message);
    }

    [Fact]
    public void Load_TemplateThatIsNotUtf8_SaysTheLine()
    {
        File.WriteAllBytes(Path.Combine(_folder, "chat_template.jinja"), [(byte)'a', (byte)'\n', 0xFF, (byte)'b']);
        Assert.Equal("chat_template.jinja: line 2: the text is not UTF-8.", Assert.Throws<InvalidModelException>(() => ChatTemplate.Load(_folder)).Message);
    }

    [Fact]
    public void Load_SpecialTokens_BecomeVariables()
    {
        Write("special_tokens_map.json", """{"bos_token": "<map>", "sep_token": {"content": "<sep>", "lstrip": false}, "unk_token": "<unk>"}""");
        Write("tokenizer_config.json", """{"bos_token": {"content": "<s>", "lstrip": false}, "eos_token": "</s>", "unk_token": null, "extra_special_tokens": {"image_token": "<img>"}, "add_bos_token": true}""");
        Write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}{{ sep_token }}{{ unk_token }}{{ image_token }}{{ add_bos_token }}");
        Assert.Equal("<s></s><sep><img>", RenderFolder());
    }

    [Fact]
    public void Load_MarksAndLineEnds_AreTakenAsPythonTakesThem()
    {
        byte[] mark = [0xEF, 0xBB, 0xBF];
        File.WriteAllBytes(Path.Combine(_folder, "chat_template.jinja"), [.. mark, .. Encoding.UTF8.GetBytes("a\r\n{% if true %}\r\nb\r\n{% endif %}\r\nc\r\n")]);
        File.WriteAllBytes(Path.Combine(_folder, "tokenizer_config.json"), [.. mark, .. Encoding.UTF8.GetBytes("{}")]);
        Assert.Equal("a\nb\nc", RenderFolder());
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    private string RenderFolder(params JsonObject[] tools) => ChatTemplate.Load(_folder)!.Render(new ChatTemplateInput
    {
        Messages = [],
        Tools = tools.Length == 0 ? null : tools,
    }).Text;
}
