namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Seed-OSS: as Qwen3-Coder, with tags of its own around.</summary>
internal static class SeedDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "seed",
        TemplateSigns = ["seed:tool_call", "<function="],
        Starts = ["<seed:tool_call>"],
        End = "</seed:tool_call>",
        Syntax = FunctionCallSyntax.Instance,
    };
}
