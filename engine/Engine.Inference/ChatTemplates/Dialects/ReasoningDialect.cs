namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>The marks around a model's reasoning.</summary>
internal sealed record ReasoningDialect(string Start, string End, params string[] TemplateSigns)
{
    public bool Matches(string template) => (TemplateSigns.Length == 0 ? [Start, End] : TemplateSigns).Any(sign => template.Contains(sign, StringComparison.Ordinal));
}
