using System.Text.RegularExpressions;
using Engine.Conformance.Tests.Support;
using Engine.Tests;

namespace Engine.Conformance.Tests.Wire;

/// <summary>The black-box cases made from public bug reports of OpenAI-compatible servers, played against the default model.</summary>
[Collection(ModelServerTests.Name)]
public sealed partial class WireCaseTests(ModelServer server)
{
    /// <summary>Cases of these areas that need what the server does not do yet. Each is refused there by name.</summary>
    private static readonly string[] NeedLaterFeatures =
    [
        "chat.cut-inside-a-character",      // json_schema
        "chat.logprobs-under-a-mask",       // json_schema
        "chat.neighbours-do-not-mix",       // json_schema, forced tools
        "models.answer-names-the-model",    // responses
        "stream.ids-with-tools",            // forced tools
        "stream.logprobs-of-held-bytes",    // json_schema
    ];

    [Fact]
    public async Task Run_AreasOfTheVertical_PassAll()
    {
        string folder = SharedData.PathOf("wire-cases");

        (_, string output, string errors) = await Tool.RunAsync(
            folder, "node", "run.mjs", "--base", server.Base, "--model", "default", "--key", ModelServer.Key, "--timeout", "120",
            "--only", "^(http|chat|stream|completions|models)", "cases.jsonl");

        string[] lines = output.Split('\n');
        Assert.True(lines.Count(line => line.StartsWith("PASS ", StringComparison.Ordinal)) > 80, output + errors);
        Assert.Equal(NeedLaterFeatures, lines.Select(line => Failure().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^FAIL (\S+)")]
    private static partial Regex Failure();
}
