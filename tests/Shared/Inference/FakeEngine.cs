using Engine.Inference;
using Engine.Inference.ChatTemplates;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Microsoft.Extensions.Logging.Abstractions;

namespace Engine.Tests.Inference;

/// <summary>Engines over a <see cref="FakeModelRunner"/> and a <see cref="ByteTokenizer"/>.</summary>
internal static class FakeEngine
{
    public const string Template =
        "{% for message in messages %}<|user|>{{ message.role }}:{{ message.content }}{% endfor %}{% if add_generation_prompt %}<|user|>assistant:{% endif %}";

    /// <summary>Makes an engine.</summary>
    /// <param name="runner">What computes.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="defaults">The folder's sampling defaults; greedy if not given.</param>
    /// <param name="template">The chat template; <see langword="null"/> for a model that has none.</param>
    public static LlmEngine Create(
        IModelRunner runner, Action<LlmEngineOptions>? configure = null, GenerationConfig? defaults = null, string? template = Template)
    {
        LlmEngineOptions options = new() { Model = "fake" };
        configure?.Invoke(options);
        ModelConfig config = new()
        {
            ModelType = "fake",
            ContextLength = runner.ContextLength,
            VocabularySize = runner.VocabularySize,
            EosTokenIds = [ByteTokenizer.EndToken],
        };
        LlmEngineParts parts = new(
            runner,
            ByteTokenizer.Instance,
            template is null ? null : ChatTemplate.Parse(template),
            config,
            defaults ?? new GenerationConfig { Temperature = 0 },
            ModelFingerprint.Of(runner.Fingerprint),
            Warnings: []);
        return new LlmEngine(options, parts, NullLogger.Instance, TimeProvider.System);
    }

    /// <summary>A greedy request over token ids.</summary>
    public static GenerationRequest Request(IReadOnlyList<int> prompt, int maxTokens) => new() { Prompt = new Prompt.Tokens(prompt), MaxTokens = maxTokens };

    /// <summary>Runs a request to its end.</summary>
    public static async Task<FakeResult> RunAsync(LlmEngine engine, GenerationRequest request)
    {
        await using Generation generation = await engine.StartAsync(request, TestContext.Current.CancellationToken);
        List<GenerationUpdate> updates = [];
        await foreach (GenerationUpdate update in generation.UpdatesAsync(TestContext.Current.CancellationToken))
        {
            updates.Add(update);
        }

        return new FakeResult(updates, generation.Usage);
    }
}

/// <summary>What a request came to.</summary>
internal sealed record FakeResult(IReadOnlyList<GenerationUpdate> Updates, GenerationUsage Usage)
{
    public string Text => TextOf(0);

    public int[] TokenIds => TokenIdsOf(0);

    public GenerationUpdate Last => LastOf(0);

    public string TextOf(int choice) => string.Concat(Of(choice).Select(update => update.Text));

    public int[] TokenIdsOf(int choice) => [.. TokensOf(choice).Select(token => token.Id)];

    public IEnumerable<GeneratedToken> TokensOf(int choice) => Of(choice).SelectMany(update => update.Tokens);

    public GenerationUpdate LastOf(int choice) => Of(choice).Last();

    private IEnumerable<GenerationUpdate> Of(int choice) => Updates.Where(update => update.ChoiceIndex == choice);
}
