namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Kimi K2: an id that holds the name, a separator, and the arguments.</summary>
internal static class KimiDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "kimi",
        TemplateSigns = ["<|tool_call_begin|>"],
        VocabularySigns = ["<|tool_call_begin|>", "<|tool_call_argument_begin|>"],
        Starts = ["<|tool_call_begin|>"],
        End = "<|tool_call_end|>",
        Separators = ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"],
        Syntax = new NamedCallSyntax("<|tool_call_argument_begin|>", namesAreIds: true),
    };
}
