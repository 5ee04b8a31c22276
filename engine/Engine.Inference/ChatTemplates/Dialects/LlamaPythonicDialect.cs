namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Llama 4 and some Llama 3.2: the answer is a list of Python calls.</summary>
internal static class LlamaPythonicDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "llama-pythonic",
        TemplateSigns = ["[func_name1("],
        Starts = ["<|python_start|>"],
        Separators = ["<|python_end|>", "<|eom|>"],
        Syntax = PythonCallSyntax.Instance,
        BareStarts = "[",
    };
}
