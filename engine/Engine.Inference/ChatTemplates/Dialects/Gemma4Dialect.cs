namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Gemma 4: a call with bare keys, strings between quote tokens.</summary>
internal static class Gemma4Dialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "gemma4",
        TemplateSigns = ["<|tool_call>"],
        VocabularySigns = ["<|tool_call>", "<tool_call|>"],
        Starts = ["<|tool_call>"],
        End = "<tool_call|>",
        Syntax = new BareKeyCallSyntax("<|\"|>"),
    };
}
