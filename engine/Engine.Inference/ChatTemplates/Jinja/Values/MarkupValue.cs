using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>A string marked as safe HTML by <c>safe</c> or <c>escape</c>: what is joined to it is escaped.</summary>
internal sealed class MarkupValue(string text, ContentMap? content = null) : StringValue(text, content)
{
    public override string TypeName => "Markup";

    public static MarkupValue Of(StringValue text) => text as MarkupValue ?? new MarkupValue(text.Text, text.Content);

    /// <summary>Any value as text, escaped unless it is marked as safe.</summary>
    public static MarkupValue EscapeAny(Value value, RenderBudget budget) => value as MarkupValue ?? Escape(value.ToText(budget), budget);

    /// <summary>Replaces the five characters that HTML gives a meaning.</summary>
    public static MarkupValue Escape(StringValue text, RenderBudget budget)
    {
        if (text is MarkupValue markup)
        {
            return markup;
        }

        TextBuilder builder = new(budget);
        int from = 0;
        for (int i = 0; i < text.Text.Length; i++)
        {
            string? entity = text.Text[i] switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '\'' => "&#39;", '"' => "&#34;", _ => null };
            if (entity is null)
            {
                continue;
            }

            builder.Append(text, from, i - from);
            builder.Append(entity, text.IsContentAt(i, i + 1));
            from = i + 1;
        }

        builder.Append(text, from, text.Text.Length - from);
        return Of(builder.ToValue());
    }

    public override StringValue ToText(RenderBudget budget) => new(Text, Content);

    public override void WriteRepr(TextBuilder builder, int depth)
    {
        builder.Append("Markup(");
        StringRepr.Write(builder, this);
        builder.Append(")");
    }
}
