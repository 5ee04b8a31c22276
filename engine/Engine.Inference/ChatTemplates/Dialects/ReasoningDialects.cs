namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>The reasoning dialects, the rarer marks first.</summary>
internal static class ReasoningDialects
{
    public static IReadOnlyList<ReasoningDialect> All { get; } =
    [
        new("<seed:think>", "</seed:think>"),
        new("[THINK]", "[/THINK]"),
        new("<|channel>thought\n", "<channel|>", "<|channel>thought"),
        new("<|inner_prefix|>", "<|inner_suffix|>"),
        new("<|START_THINKING|>", "<|END_THINKING|>"),
        new("◁think▷", "◁/think▷"),
        new("<mm:think>", "</mm:think>"),
        new("<think>", "</think>"),
    ];
}
