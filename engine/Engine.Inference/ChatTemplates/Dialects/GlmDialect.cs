namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>GLM 4.5 and later: the name, then pairs of tags with key and value.</summary>
internal static class GlmDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "glm",
        TemplateSigns = ["<arg_key>", "<tool_call>"],
        VocabularySigns = ["<arg_key>", "<tool_call>"],
        Starts = ["<tool_call>"],
        End = "</tool_call>",
        Syntax = PairCallSyntax.Instance,
    };
}
