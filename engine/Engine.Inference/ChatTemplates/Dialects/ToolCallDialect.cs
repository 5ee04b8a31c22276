namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>How a family of models writes tool calls. Each is a file of its own; <see cref="ToolCallDialects"/> lists them.</summary>
internal sealed record ToolCallDialect
{
    public required string Name { get; init; }

    /// <summary>Texts of which the template must have all.</summary>
    public required IReadOnlyList<string> TemplateSigns { get; init; }

    /// <summary>Tokens of which the vocabulary must have all, where no dialect's signs are in the template.</summary>
    public IReadOnlyList<string> VocabularySigns { get; init; } = [];

    /// <summary>What begins a call, or a list of calls.</summary>
    public IReadOnlyList<string> Starts { get; init; } = [];

    /// <summary>What ends it; <see langword="null"/> where its own syntax does.</summary>
    public string? End { get; init; }

    /// <summary>What stands around and between calls and means nothing.</summary>
    public IReadOnlyList<string> Separators { get; init; } = [];

    /// <summary>The syntax between start and end.</summary>
    public CallSyntax Syntax { get; init; } = JsonCallSyntax.Instance;

    /// <summary>The characters with which an answer may begin that is nothing but calls, without any marker.</summary>
    public string BareStarts { get; init; } = "";

    /// <summary>Whether answers are harmony messages, which have a parser of their own.</summary>
    public bool IsHarmony { get; init; }

    public IEnumerable<string> Markers => Starts.Concat(Separators).Concat(End is null ? [] : [End]);

    public bool MatchesTemplate(string template) => TemplateSigns.All(sign => template.Contains(sign, StringComparison.Ordinal));

    public bool MatchesVocabulary(Func<string, bool> hasToken) => VocabularySigns.Count > 0 && VocabularySigns.All(hasToken);
}
