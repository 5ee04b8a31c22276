using System.Text.Json.Nodes;
using Engine.Tests;

namespace Engine.Inference.ChatTemplates;

/// <summary>What a template is given and gives back, apart from the language.</summary>
public sealed class ChatTemplateTests
{
    [Fact]
    public void Render_DefaultModel_GivesItsPrompt()
    {
        ChatTemplate template = ChatTemplate.Load(Path.Combine(SharedData.Repository, "models/default"))!;
        RenderedChat chat = template.Render(new ChatTemplateInput { Messages = [Message("user", "Hi")], AddGenerationPrompt = true });
        Assert.Equal(
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
            chat.Text);
        Assert.Equal("Hi", Content(chat));
        Assert.True(template.Capabilities.SystemMessages);
        Assert.False(template.Capabilities.Tools);
        Assert.True(template.Capabilities.StringContent);
        Assert.Empty(template.Capabilities.ReasoningSwitches);
    }

    [Theory]
    [InlineData("{{ messages[0].content }}", "abc")]
    [InlineData("<{{ messages[0].content[1:] }}>", "bc")]
    [InlineData("{{ messages[0].content ~ 'x' ~ messages[0].content }}", "abcabc")]
    [InlineData("{{ messages[0].content | replace('b', 'X') }}", "aXc")]
    [InlineData("{{ 'xbx' | replace('b', messages[0].content) }}", "abc")]
    [InlineData("{{ messages[0].content | upper }}{{ 'lit' | upper }}", "ABC")]
    [InlineData("{{ messages[0] | tojson }}", "rolecontentabc")]
    [InlineData("{{ messages[0].role }}{{ bos }}{{ strftime_now('%Y') }}", "")]
    [InlineData("{{ messages[0].content | length }}", "")]
    [InlineData("{{ [messages[0].content] }}", "['abc']")]
    [InlineData("{{ '%s|%d' % (messages[0].content, 5) }}{{ '{}'.format(messages[0].content) }}", "abcabc")]
    [InlineData("{% set x %}[{{ messages[0].content }}]{% endset %}{{ x | trim | indent(2, true) }}", "abc")]
    [InlineData("{% for c in messages[0].content %}{{ c }}-{% endfor %}", "abc")]
    [InlineData("{{ messages[0].content.split('b') | join('|') }}", "ac")]
    [InlineData("{{ messages[0].content | center(9) }}{{ messages[0].content * 2 }}", "abcabcabc")]
    public void Render_Content_KeepsItsLabel(string source, string content)
    {
        RenderedChat chat = ChatTemplate.Parse(source).Render(new ChatTemplateInput
        {
            Messages = [Message("user", "abc")],
            Variables = new JsonObject { ["bos"] = "<s>" },
        });
        Assert.Equal(content, Content(chat));
        Assert.All(chat.ContentSpans, span => Assert.True(span.Length > 0));
    }

    [Fact]
    public void Render_RaiseException_GivesTheTemplatesMessage()
    {
        ChatTemplateException exception = Assert.Throws<ChatTemplateException>(() =>
            ChatTemplate.Parse("a\n{{ raise_exception('No system message, please.') }}").Render(new ChatTemplateInput { Messages = [] }));
        Assert.True(exception.RaisedByTemplate);
        Assert.Equal("No system message, please.", exception.Message);
        Assert.Equal(2, exception.Line);
    }

    [Theory]
    [InlineData("a\n\n{{ missing.x }}", 3, "'missing' is undefined")]
    [InlineData("{% for m in messages %}\n{{ m.content + 1 }}\n{% endfor %}", 2, "can only concatenate str (not \"int\") to str")]
    [InlineData("{% macro m() %}\n{{ 1 / 0 }}\n{% endmacro %}\n{{ m() }}", 2, "division by zero")]
    public void Render_Fault_NamesTheLine(string source, int line, string message)
    {
        ChatTemplateException exception = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source).Render(new ChatTemplateInput { Messages = [Message("user", "x")] }));
        Assert.Equal((line, $"line {line} of the chat template: {message}"), (exception.Line, exception.Message));
    }

    [Theory]
    [InlineData("a\n{% if %}", 2)]
    [InlineData("{{ a b }}", 1)]
    [InlineData("\n\n{# open", 3)]
    [InlineData("{% for x in y %}\n", 1)]
    [InlineData("{{ 'open }}", 1)]
    [InlineData("\n{% nosuch %}", 2)]
    [InlineData("\n{{ a | nosuch }}", 2)]
    public void Parse_Fault_NamesTheLine(string source, int line) =>
        Assert.Equal(line, Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source)).Line);

    [Fact]
    public void Render_NumbersOfJson_KeepTheirKind()
    {
        JsonObject variables = JsonNode.Parse("""{"a": 1, "b": 1.0, "c": 1e2, "d": 123456789012345678901234567890, "e": -0.5}""")!.AsObject();
        variables["f"] = 2.0;
        variables["g"] = 3L;
        variables["h"] = 4;
        Assert.Equal("1 1.0 100.0 123456789012345678901234567890 -0.5 2.0 3 4", ChatTemplate.Parse("{{ a }} {{ b }} {{ c }} {{ d }} {{ e }} {{ f }} {{ g }} {{ h }}").Render(new ChatTemplateInput
        {
            Messages = [],
            Variables = variables,
        }).Text);
    }

    [Theory]
    [InlineData("{{ messages[0].content }}<end>", "open \n", "open \n")]
    [InlineData("{{ messages[0].content | trim }}<end>", "open \n", "open")]
    public void Render_ContinueFinalMessage_CutsBehindTheContent(string source, string content, string expected)
    {
        ChatTemplateInput input = new() { Messages = [Message("assistant", content)], ContinueFinalMessage = true };
        RenderedChat chat = ChatTemplate.Parse(source).Render(input);
        Assert.Equal((expected, expected), (chat.Text, Content(chat)));
        Assert.Equal(content, input.Messages[0]["content"]!.GetValue<string>());
    }

    [Fact]
    public void Render_ContinueFinalMessage_TakesTheLastTextPart()
    {
        JsonObject message = JsonNode.Parse("""{"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}""")!.AsObject();
        RenderedChat chat = ChatTemplate.Parse("{% for p in messages[0].content %}{{ p.text }}!{% endfor %}").Render(new ChatTemplateInput { Messages = [message], ContinueFinalMessage = true });
        Assert.Equal("a", chat.Text);
    }

    [Fact]
    public void Render_ContinueWithGenerationPrompt_IsRefused() => Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse("x").Render(new ChatTemplateInput
    {
        Messages = [Message("user", "x")],
        ContinueFinalMessage = true,
        AddGenerationPrompt = true,
    }));

    [Fact]
    public void Render_ReasoningOfEarlierTurns_HasBothNames()
    {
        JsonObject message = new() { ["role"] = "assistant", ["content"] = "a", ["reasoning_content"] = "why" };
        Assert.Equal("why why", ChatTemplate.Parse("{{ messages[0].thinking }} {{ messages[0].reasoning_content }}").Render(new ChatTemplateInput { Messages = [message] }).Text);
    }

    [Fact]
    public void Render_SeveralThreads_GiveTheSame()
    {
        ChatTemplate template = ChatTemplate.Parse("{% set ns = namespace(n=0) %}{% for i in range(50) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}{{ messages[0].content }}");
        string[] texts = new string[64];
        Parallel.For(0, texts.Length, i => texts[i] = template.Render(new ChatTemplateInput { Messages = [Message("user", $"m{i}")] }).Text);
        Assert.Equal(Enumerable.Range(0, texts.Length).Select(i => $"1225m{i}"), texts);
    }

    [Fact]
    public void Capabilities_OfRealTemplates_AreFound()
    {
        ChatTemplateCapabilities qwen = Load("Qwen-Qwen3-0.6B");
        Assert.Equal((true, true, true, true, true), (qwen.SystemMessages, qwen.Tools, qwen.ToolCalls, qwen.ParallelToolCalls, qwen.ToolResults));
        Assert.Equal(["enable_thinking"], qwen.ReasoningSwitches);
        Assert.Equal(["reasoning_content"], qwen.ReasoningMembers);
        Assert.False(qwen.ObjectArguments);
        Assert.True(Load("GLM-4.6").ObjectArguments);
        Assert.True(Load("mistralai-Mistral-Nemo-Instruct-2407").ToolCalls);
        Assert.Contains("reasoning_effort", Load("openai-gpt-oss-120b").ReasoningSwitches);
        Assert.True(Load("ibm-granite-granite-4.0").Documents);
        Assert.False(Load("google-gemma-2-2b-it").Tools);
    }

    private static ChatTemplateCapabilities Load(string name) =>
        ChatTemplate.Parse(File.ReadAllText(SharedData.PathOf($"chat-templates/templates/{name}.jinja"))).Capabilities;

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static string Content(RenderedChat chat) => string.Concat(chat.ContentSpans.Select(span => chat.Text.Substring(span.Start, span.Length)));
}
