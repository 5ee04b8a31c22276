namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>FunctionGemma: a call with bare keys, strings between escape tags.</summary>
internal static class FunctionGemmaDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "functiongemma",
        TemplateSigns = ["<start_function_call>"],
        VocabularySigns = ["<start_function_call>"],
        Starts = ["<start_function_call>"],
        End = "<end_function_call>",
        Syntax = new BareKeyCallSyntax("<escape>"),
    };
}
