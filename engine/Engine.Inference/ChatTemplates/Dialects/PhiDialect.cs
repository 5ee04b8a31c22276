namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Phi-4-mini: a JSON list between tokens; Phi-4 writes functools before it.</summary>
internal static class PhiDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "phi4",
        TemplateSigns = ["<|tool|>"],
        VocabularySigns = ["<|tool_call|>", "<|/tool_call|>"],
        Starts = ["<|tool_call|>", "functools"],
        Separators = ["<|/tool_call|>"],
    };
}
