namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>MiniMax M2: invoke elements with parameter elements.</summary>
internal static class MiniMaxDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "minimax",
        TemplateSigns = ["minimax:tool_call"],
        Starts = ["<invoke"],
        End = "</invoke>",
        Separators = ["<minimax:tool_call>", "</minimax:tool_call>"],
        Syntax = new MarkupCallSyntax("parameter"),
    };
}
