namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>DeepSeek V3 and R1: a type, the name, and the arguments in a fenced block.</summary>
internal static class DeepSeekV3Dialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "deepseek-v3",
        TemplateSigns = ["<｜tool▁call▁begin｜>", "```json"],
        VocabularySigns = ["<｜tool▁call▁begin｜>", "<｜tool▁sep｜>"],
        Starts = ["<｜tool▁call▁begin｜>"],
        End = "<｜tool▁call▁end｜>",
        Separators = ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
        Syntax = new NamedCallSyntax("<｜tool▁sep｜>", namesFollowSeparator: true),
    };
}
