namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Hermes, Qwen 2.5 and 3, SmolLM3, Granite 4: a JSON object between tags.</summary>
internal static class HermesDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "hermes",
        TemplateSigns = ["<tool_call>"],
        VocabularySigns = ["<tool_call>", "</tool_call>"],
        Starts = ["<tool_call>"],
        End = "</tool_call>",
    };
}
