namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Mistral: up to v7 a JSON list behind the token, from v11 on the name and the arguments with a token between.</summary>
internal static class MistralDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "mistral",
        TemplateSigns = ["[TOOL_CALLS]"],
        VocabularySigns = ["[TOOL_CALLS]"],
        Starts = ["[TOOL_CALLS]"],
        Separators = ["[/TOOL_CALLS]"],
        Syntax = MistralCallSyntax.Instance,
    };
}
