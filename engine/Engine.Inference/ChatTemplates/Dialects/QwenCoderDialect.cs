namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Qwen3-Coder and others after it: function and parameter elements whose names stand behind an equals sign.</summary>
internal static class QwenCoderDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "qwen3-coder",
        TemplateSigns = ["<function=", "<parameter="],
        Starts = ["<tool_call>", "<function="],
        End = "</function>",
        Separators = ["</tool_call>"],
        Syntax = FunctionCallSyntax.Instance,
    };
}
