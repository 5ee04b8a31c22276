namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Nemotron Nano v2: a JSON list between tags.</summary>
internal static class NemotronDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "nemotron",
        TemplateSigns = ["<TOOLCALL>"],
        Starts = ["<TOOLCALL>"],
        End = "</TOOLCALL>",
    };
}
