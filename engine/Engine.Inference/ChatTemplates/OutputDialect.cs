using Engine.Inference.ChatTemplates.Dialects;

namespace Engine.Inference.ChatTemplates;

/// <summary>How a model writes tool calls and reasoning. Found from its chat template and vocabulary.</summary>
public sealed class OutputDialect
{
    internal OutputDialect(ToolCallDialect? toolCalls, ReasoningDialect? reasoning)
    {
        ToolCalls = toolCalls;
        Reasoning = reasoning;
    }

    /// <summary>A dialect without tool calls and without reasoning: everything is content.</summary>
    public static OutputDialect Plain { get; } = new(null, null);

    /// <summary>The name of the tool-call dialect, as in <c>hermes</c> or <c>mistral</c>; <see langword="null"/> where the model has none that is known.</summary>
    public string? ToolCallDialectName => ToolCalls?.Name;

    /// <summary>The text that opens reasoning, as in <c>&lt;think&gt;</c>; <see langword="null"/> where the model has none that is known.</summary>
    public string? ReasoningStart => Reasoning?.Start;

    /// <summary>The text that closes reasoning.</summary>
    public string? ReasoningEnd => Reasoning?.End;

    /// <summary>
    /// The markers that a parser looks for. Where the tokenizer has one of these as a special token, text must be decoded with special tokens kept.
    /// </summary>
    public IReadOnlyList<string> Markers => [.. (ToolCalls?.Markers ?? []).Concat(Reasoning is null ? [] : [Reasoning.Start, Reasoning.End]).Where(marker => marker.Length > 0)];

    internal ToolCallDialect? ToolCalls { get; }

    internal ReasoningDialect? Reasoning { get; }

    /// <summary>Finds the dialect of a model.</summary>
    /// <param name="template">The model's chat template; <see langword="null"/> where it has none.</param>
    /// <param name="hasToken">Whether the vocabulary has a token of exactly this text; <see langword="null"/> where it is not known.</param>
    public static OutputDialect Detect(ChatTemplate? template, Func<string, bool>? hasToken = null)
    {
        string source = template is null ? "" : template.Source + template.ToolSource;
        hasToken ??= _ => false;
        return new OutputDialect(
            ToolCallDialects.All.FirstOrDefault(dialect => dialect.MatchesTemplate(source))
                ?? ToolCallDialects.All.FirstOrDefault(dialect => dialect.MatchesVocabulary(hasToken)),
            ReasoningDialects.All.FirstOrDefault(dialect => dialect.Matches(source)));
    }

    /// <summary>Whether a rendered prompt ends inside reasoning, so that the answer begins there.</summary>
    public bool IsReasoningOpen(string prompt) =>
        Reasoning is { Start.Length: > 0 } reasoning && prompt.AsSpan().TrimEnd().EndsWith(reasoning.Start.AsSpan().TrimEnd(), StringComparison.Ordinal);
}
