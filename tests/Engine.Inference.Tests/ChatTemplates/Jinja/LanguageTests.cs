using System.Text.Json;
using System.Text.Json.Nodes;
using Engine.Tests;

namespace Engine.Inference.ChatTemplates.Jinja;

/// <summary>Small templates about every part of the language against what jinja2 made of them (language.py).</summary>
public sealed class LanguageTests
{
    [Fact]
    public void Render_PartsOfTheLanguage_EqualsJinja2()
    {
        string path = Path.Combine(SharedData.Repository, "tests/Engine.Inference.Tests/ChatTemplates/Jinja/language.json");
        JsonObject file = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        JsonObject context = file["context"]!.AsObject();
        List<string> faults = [];
        JsonArray cases = file["cases"]!.AsArray();
        foreach (JsonNode? one in cases)
        {
            string source = one!["template"]!.GetValue<string>();
            string? expected = one["text"]?.GetValue<string>();
            string? actual = Render(source, context, out string? error);
            if (actual != expected)
            {
                faults.Add($"{source}\n  gave {(actual is null ? error : JsonSerializer.Serialize(actual))}\n  instead of {JsonSerializer.Serialize(expected)}");
            }
        }

        Assert.True(cases.Count > 400);
        Assert.True(faults.Count == 0, $"{faults.Count} differences\n" + string.Join('\n', faults));
    }

    private static string? Render(string source, JsonObject context, out string? error)
    {
        error = null;
        try
        {
            return ChatTemplate.Parse(source).Render(new ChatTemplateInput
            {
                Messages = [],
                Variables = (JsonObject)context.DeepClone(),
                Now = new DateTimeOffset(2025, 7, 10, 12, 0, 0, TimeSpan.Zero),
            }).Text;
        }
        catch (ChatTemplateException exception)
        {
            error = exception.Message;
            return null;
        }
    }
}
