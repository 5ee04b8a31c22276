using System.Net;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>Character references of HTML, back to characters.</summary>
internal static class HtmlEntities
{
    private const int LongestEntity = 32;

    public static StringValue Unescape(StringValue text, RenderBudget budget)
    {
        TextBuilder builder = new(budget);
        int from = 0;
        for (int at = text.Text.IndexOf('&', StringComparison.Ordinal); at >= 0; at = text.Text.IndexOf('&', at + 1))
        {
            int end = text.Text.IndexOf(';', at);
            if (end < 0 || end - at > LongestEntity)
            {
                continue;
            }

            string entity = text.Text[at..(end + 1)];
            string decoded = entity == "&apos;" ? "'" : WebUtility.HtmlDecode(entity);
            if (decoded == entity)
            {
                continue;
            }

            builder.Append(text, from, at - from);
            builder.Append(decoded, text.IsContentAt(at, end + 1));
            from = end + 1;
        }

        builder.Append(text, from, text.Text.Length - from);
        return builder.ToValue();
    }
}
