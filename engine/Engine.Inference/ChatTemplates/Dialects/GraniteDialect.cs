namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Granite 3: a JSON list behind the token.</summary>
internal static class GraniteDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "granite",
        TemplateSigns = ["<|tool_call|>"],
        VocabularySigns = ["<|tool_call|>"],
        Starts = ["<|tool_call|>"],
    };
}
