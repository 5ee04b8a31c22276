using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Tests;

namespace Engine.Inference.ChatTemplates;

/// <summary>Real templates against what Python's jinja2 made of them.</summary>
public sealed class TemplateGoldenTests
{
    private static readonly string[] NotVariables = ["messages", "tools", "documents", "add_generation_prompt", "continue_final_message"];

    [Fact]
    public void Render_RealTemplates_EqualsJinja2()
    {
        JsonObject goldens = Read("chat-templates/goldens.json").AsObject();
        JsonObject special = goldens["base"]!.AsObject();
        JsonObject contexts = goldens["contexts"]!.AsObject();
        List<string> faults = [];
        int texts = 0;
        int errors = 0;
        foreach (JsonNode? entry in goldens["renders"]!.AsArray())
        {
            string file = entry!["template"]!.GetValue<string>();
            ChatTemplate template = ChatTemplate.Parse(File.ReadAllText(SharedData.PathOf("chat-templates/" + file)));
            foreach ((string name, JsonNode? result) in entry["results"]!.AsObject())
            {
                ChatTemplateInput input = Input(contexts[name]!.AsObject(), special, new DateTimeOffset(2025, 7, 10, 12, 0, 0, TimeSpan.Zero));
                string? expected = result!["text"]?.GetValue<string>();
                string? actual = Render(template, input, out string? error);
                texts += expected is null ? 0 : 1;
                errors += expected is null ? 1 : 0;
                if (actual != expected)
                {
                    faults.Add($"{file} {name}: {error ?? Difference(expected, actual)}");
                }
            }
        }

        Assert.Equal((804, 93), (texts, errors));
        Assert.True(faults.Count == 0, $"{faults.Count} differences\n" + string.Join('\n', faults.Take(40)));
    }

    [Fact]
    public void Render_EndToEndCasesOfHuggingFaceJs_EqualTheirTargets()
    {
        // Where JavaScript differs from Python, Python is right: a list printed as such is Python's there, and transformers always defines add_generation_prompt.
        string[] different = ["MadeAgents/Hammer2.1", "ai21labs/AI21-Jamba-Large-1.6"];
        JsonArray cases = Read("chat-templates/huggingface.js/e2e.json").AsArray();
        List<string> faults = [];
        foreach (JsonNode? entry in cases)
        {
            ChatTemplate template = ChatTemplate.Parse(entry!["chat_template"]!.GetValue<string>());
            ChatTemplateInput input = Input(entry["data"]!.AsObject(), [], new DateTimeOffset(2025, 7, 10, 12, 0, 0, TimeSpan.Zero));
            string? actual = Render(template, input, out string? error);
            if (actual != entry["target"]!.GetValue<string>())
            {
                faults.Add(entry["name"]!.GetValue<string>() + (error is null ? "" : ": " + error));
            }
        }

        Assert.Equal(53, cases.Count);
        Assert.Equal(different, faults);
    }

    [Fact]
    public void Render_Conversations_EqualsTransformersWithItsLabels()
    {
        List<string> faults = [];
        Dictionary<string, ChatTemplate> templates = [];
        int count = 0;
        foreach (JsonObject record in ReadLines("hf-tokenizers/chat/chat.jsonl.gz"))
        {
            count++;
            string file = record["template"]!.GetValue<string>();
            if (!templates.TryGetValue(file, out ChatTemplate? template))
            {
                templates[file] = template = ChatTemplate.Parse(File.ReadAllText(SharedData.PathOf("hf-tokenizers/chat/templates/" + file)));
            }

            JsonObject variables = (JsonObject)record["special"]!.DeepClone();
            foreach ((string name, JsonNode? value) in record["kwargs"]?.AsObject() ?? [])
            {
                variables[name] = value?.DeepClone();
            }

            ChatTemplateInput input = Input(record, variables, new DateTimeOffset(2025, 3, 14, 9, 26, 53, TimeSpan.Zero), withVariables: false);
            string label = record["family"]!.GetValue<string>() + "/" + record["name"]!.GetValue<string>();
            string expected = record["rendered"]!.GetValue<string>();
            string? actual = Render(template, input, out string? error, out RenderedChat? chat);
            if (actual != expected)
            {
                faults.Add($"{label}: {error ?? Difference(expected, actual)}");
                continue;
            }

            string expectedSpans = string.Join(' ', record["content_spans"]!.AsArray().Select(span => $"{span![0]}-{span[1]}"));
            string actualSpans = string.Join(' ', chat!.ContentSpans.Select(span => $"{CodePoints(expected, span.Start)}-{CodePoints(expected, span.Start + span.Length)}"));
            if (expectedSpans != actualSpans)
            {
                faults.Add($"{label}: spans {actualSpans} instead of {expectedSpans} in {expected}");
            }
        }

        Assert.Equal(556, count);
        Assert.True(faults.Count == 0, $"{faults.Count} differences\n" + string.Join('\n', faults.Take(40)));
    }

    internal static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(SharedData.PathOf(file)))!;

    private static IEnumerable<JsonObject> ReadLines(string file)
    {
        using GZipStream stream = new(File.OpenRead(SharedData.PathOf(file)), CompressionMode.Decompress);
        using StreamReader reader = new(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return JsonNode.Parse(line)!.AsObject();
        }
    }

    internal static ChatTemplateInput Input(JsonObject context, JsonObject variables, DateTimeOffset now, bool withVariables = true)
    {
        JsonObject all = (JsonObject)variables.DeepClone();
        foreach ((string name, JsonNode? value) in withVariables ? context : [])
        {
            if (!NotVariables.Contains(name))
            {
                all[name] = value?.DeepClone();
            }
        }

        return new ChatTemplateInput
        {
            Messages = Objects(context["messages"])!,
            Tools = Objects(context["tools"]),
            Documents = Objects(context["documents"]),
            AddGenerationPrompt = context["add_generation_prompt"]?.GetValue<bool>() ?? false,
            ContinueFinalMessage = context["continue_final_message"]?.GetValue<bool>() ?? false,
            Variables = all,
            Now = now,
        };
    }

    private static List<JsonObject>? Objects(JsonNode? node) => node?.AsArray().Select(item => item!.AsObject()).ToList();

    private static int CodePoints(string text, int end) => text.AsSpan(0, end).ToString().EnumerateRunes().Count();

    private static string? Render(ChatTemplate template, ChatTemplateInput input, out string? error) => Render(template, input, out error, out _);

    private static string? Render(ChatTemplate template, ChatTemplateInput input, out string? error, out RenderedChat? chat)
    {
        error = null;
        chat = null;
        try
        {
            chat = template.Render(input);
            return chat.Text;
        }
        catch (ChatTemplateException exception)
        {
            error = exception.Message;
            return null;
        }
    }

    private static string Difference(string? expected, string? actual)
    {
        if (expected is null || actual is null)
        {
            return expected is null ? "no error: " + JsonSerializer.Serialize(actual) : "an error";
        }

        int at = expected.AsSpan().CommonPrefixLength(actual);
        int from = Math.Max(0, at - 30);
        string Show(string text) => JsonSerializer.Serialize(text.Substring(from, Math.Min(90, text.Length - from)));
        return $"at {at}: {Show(actual)} instead of {Show(expected)}";
    }
}
