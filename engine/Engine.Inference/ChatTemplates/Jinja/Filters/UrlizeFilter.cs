using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary><c>urlize</c>: makes links of what looks like an address.</summary>
internal static class UrlizeFilter
{
    private static readonly (char Open, char Close)[] Brackets = [('(', ')'), ('<', '>'), ('[', ']')];

    public static Value Urlize(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("urlize", 0, "trim_url_limit", "nofollow", "target", "rel", "extra_schemes");
        int? limit = bound[0] is null or NoneValue ? null : Arguments.ToInt(bound[0]!, "trim_url_limit");
        SortedSet<string> relations = new(StringComparer.Ordinal) { "noopener" };
        if (bound[1]?.IsTrue ?? false)
        {
            relations.Add("nofollow");
        }

        foreach (string relation in (bound[3] is StringValue given ? given.Text : "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            relations.Add(relation);
        }

        string attributes = $" rel=\"{MarkupValue.Escape(new StringValue(string.Join(' ', relations)), context.Budget).Text}\"";
        if (bound[2] is StringValue target)
        {
            attributes += $" target=\"{MarkupValue.Escape(target, context.Budget).Text}\"";
        }

        StringValue escaped = MarkupValue.EscapeAny(input, context.Budget);
        TextBuilder builder = new(context.Budget);
        string text = escaped.Text;
        int from = 0;
        for (int i = 1; i <= text.Length; i++)
        {
            if (i < text.Length && PythonText.IsSpace(text[i]) == PythonText.IsSpace(text[i - 1]))
            {
                continue;
            }

            AppendWord(builder, escaped.Slice(from, i - from, context.Budget), attributes, limit, context.Budget);
            from = i;
        }

        return context.AutoEscape ? MarkupValue.Of(builder.ToValue()) : builder.ToValue();
    }

    private static void AppendWord(TextBuilder builder, StringValue word, string attributes, int? limit, RenderBudget budget)
    {
        string text = word.Text;
        int start = 0;
        int end = text.Length;
        while (start < end && text[start] is '(' or '<' or '[')
        {
            start++;
        }

        start = text.AsSpan(start).StartsWith("&lt;", StringComparison.Ordinal) ? start + 4 : start;
        while (end > start && text[end - 1] is ')' or '>' or ']' or '.' or ',' or '\n')
        {
            end--;
        }

        end = text.AsSpan(start, end - start).EndsWith("&gt;", StringComparison.Ordinal) ? end - 4 : end;
        foreach ((char open, char close) in Brackets)
        {
            // A closing bracket belongs to the address where the address has its opening one.
            while (end < text.Length && text[end] == close && text.AsSpan(start, end - start).Count(open) > text.AsSpan(start, end - start).Count(close))
            {
                end++;
            }
        }

        string address = text[start..end];
        string? link = Link(address);
        if (link is null)
        {
            builder.Append(word);
            return;
        }

        bool isContent = word.IsContentAt(start, end);
        string shown = address.StartsWith("mailto:", StringComparison.Ordinal) ? address[7..] : address;
        shown = limit is { } most && shown.Length > most ? shown[..most] + "..." : shown;
        builder.Append(word, 0, start);
        builder.Append($"<a href=\"{link}\"{(link.StartsWith("mailto:", StringComparison.Ordinal) ? "" : attributes)}>{shown}</a>", isContent);
        builder.Append(word, end, text.Length - end);
        budget.Step();
    }

    private static string? Link(string address)
    {
        if (address.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return address.IndexOf("//", StringComparison.Ordinal) + 2 < address.Length ? address : null;
        }

        if (address.StartsWith("www.", StringComparison.OrdinalIgnoreCase)
            || (address.EndsWith(".com", StringComparison.Ordinal) || address.EndsWith(".net", StringComparison.Ordinal) || address.EndsWith(".org", StringComparison.Ordinal)
                || address.EndsWith(".gov", StringComparison.Ordinal) || address.EndsWith(".edu", StringComparison.Ordinal)) && !address.Contains('@', StringComparison.Ordinal))
        {
            return address.Length > 4 && char.IsLetterOrDigit(address[0]) ? "https://" + address : null;
        }

        string mail = address.StartsWith("mailto:", StringComparison.Ordinal) ? address[7..] : address;
        int at = mail.IndexOf('@', StringComparison.Ordinal);
        bool isMail = at > 0 && mail.IndexOf('.', at) > at + 1 && !mail.EndsWith('.') && !mail.Contains(':', StringComparison.Ordinal);
        return isMail ? "mailto:" + mail : null;
    }
}
