namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Command R7B and A: a JSON list of actions.</summary>
internal static class CommandDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "command",
        TemplateSigns = ["<|START_ACTION|>"],
        Starts = ["<|START_ACTION|>"],
        End = "<|END_ACTION|>",
        Separators = ["<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_TEXT|>", "<|END_TEXT|>"],
    };
}
