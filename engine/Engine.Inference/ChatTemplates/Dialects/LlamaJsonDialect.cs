namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Llama 3.1 and later: the answer is a JSON object with name and parameters; several stand with semicolons between.</summary>
internal static class LlamaJsonDialect
{
    public static ToolCallDialect Dialect { get; } = new()
    {
        Name = "llama-json",
        TemplateSigns = ["<|start_header_id|>", "\"parameters\""],
        VocabularySigns = ["<|python_tag|>", "<|eom_id|>"],
        Starts = ["<|python_tag|>"],
        Separators = ["<|eom_id|>"],
        Syntax = new JsonCallSyntax(separator: ';'),
        BareStarts = "{",
    };
}
