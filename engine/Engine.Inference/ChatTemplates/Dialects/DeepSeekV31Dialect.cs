namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>DeepSeek V3.1: the name, a separator, and the arguments.</summary>
internal static class DeepSeekV31Dialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "deepseek-v3.1",
        TemplateSigns = ["<｜tool▁call▁begin｜>"],
        Starts = ["<｜tool▁call▁begin｜>"],
        End = "<｜tool▁call▁end｜>",
        Separators = ["<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>"],
        Syntax = new NamedCallSyntax("<｜tool▁sep｜>"),
    };
}
