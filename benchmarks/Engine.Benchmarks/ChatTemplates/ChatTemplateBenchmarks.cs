using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Engine.Inference.ChatTemplates;

namespace Engine.Benchmarks.ChatTemplates;

/// <summary>Rendering a conversation of fifty messages, and how soon a hostile template is stopped.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class ChatTemplateBenchmarks
{
    private readonly ChatTemplate _template = ChatTemplate.Parse(
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}");

    private readonly ChatTemplate _loops = ChatTemplate.Parse(
        "{% for a in range(100000) %}{% for b in range(100000) %}{% set c = a * b %}{% endfor %}{% endfor %}");

    private readonly ChatTemplate _sorts = ChatTemplate.Parse("{% for i in range(100000) %}{{ range(100000) | sort | sort(reverse=true) | length }}{% endfor %}");

    private readonly ChatTemplateInput _fifty = new()
    {
        Messages = [.. Enumerable.Range(0, 50).Select(i => Message(i % 2 == 0 ? "user" : "assistant", $"Message {i}, of an ordinary length: it goes on for a while."))],
        AddGenerationPrompt = true,
    };

    [Benchmark]
    public RenderedChat FiftyMessages() => _template.Render(_fifty);

    [Benchmark]
    public string NestedLoops() => Refusal(_loops);

    [Benchmark]
    public string ChainedSorts() => Refusal(_sorts);

    private string Refusal(ChatTemplate template)
    {
        try
        {
            return template.Render(_fifty).Text;
        }
        catch (ChatTemplateException exception)
        {
            return exception.Message;
        }
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
