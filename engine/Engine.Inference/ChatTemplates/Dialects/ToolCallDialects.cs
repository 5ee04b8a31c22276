namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>All tool-call dialects; the first that fits a model is its own, so the more special ones come first.</summary>
internal static class ToolCallDialects
{
    public static IReadOnlyList<ToolCallDialect> All { get; } =
    [
        HarmonyDialect.Dialect,
        DeepSeekMarkupDialect.Dialect,
        DeepSeekV3Dialect.Dialect,
        DeepSeekV31Dialect.Dialect,
        KimiDialect.Dialect,
        GlmDialect.Dialect,
        MiniMaxDialect.Dialect,
        SeedDialect.Dialect,
        QwenCoderDialect.Dialect,
        Gemma4Dialect.Dialect,
        FunctionGemmaDialect.Dialect,
        Lfm2Dialect.Dialect,
        MistralDialect.Dialect,
        CommandDialect.Dialect,
        NemotronDialect.Dialect,
        PhiDialect.Dialect,
        GraniteDialect.Dialect,
        HermesDialect.Dialect,
        LlamaPythonicDialect.Dialect,
        LlamaJsonDialect.Dialect,
    ];
}
