namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>DeepSeek V3.2 and later: markup with a type hint on each parameter.</summary>
internal static class DeepSeekMarkupDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "deepseek-dsml",
        TemplateSigns = ["｜DSML｜"],
        Starts = ["<｜DSML｜invoke"],
        End = "</｜DSML｜invoke>",
        Separators = ["<｜DSML｜function_calls>", "</｜DSML｜function_calls>", "<｜DSML｜tool_calls>", "</｜DSML｜tool_calls>"],
        Syntax = new MarkupCallSyntax("｜DSML｜parameter"),
    };
}
