namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>LFM2: a list of Python calls between tokens.</summary>
internal static class Lfm2Dialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "lfm2",
        TemplateSigns = ["<|tool_call_start|>"],
        VocabularySigns = ["<|tool_call_start|>"],
        Starts = ["<|tool_call_start|>"],
        End = "<|tool_call_end|>",
        Syntax = PythonCallSyntax.Instance,
    };
}
