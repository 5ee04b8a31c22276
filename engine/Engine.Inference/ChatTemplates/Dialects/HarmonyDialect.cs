namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>gpt-oss: every part of an answer is a message with a channel; a call is one with a recipient.</summary>
internal static class HarmonyDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "harmony",
        TemplateSigns = ["<|channel|>", "<|message|>", "<|start|>"],
        VocabularySigns = ["<|channel|>", "<|constrain|>"],
        Starts = ["<|channel|>", "<|start|>"],
        Separators = ["<|message|>", "<|constrain|>", "<|end|>", "<|call|>", "<|return|>"],
        IsHarmony = true,
    };
}
