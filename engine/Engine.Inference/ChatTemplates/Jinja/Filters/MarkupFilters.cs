using System.Buffers;
using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>Filters about HTML.</summary>
internal static class MarkupFilters
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("/>= \t\n\v\f\r");

    public static Value Escape(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("escape", 0);
        return MarkupValue.EscapeAny(input, context.Budget);
    }

    public static Value ForceEscape(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("forceescape", 0);
        return MarkupValue.Escape(input.ToText(context.Budget), context.Budget);
    }

    public static Value Safe(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("safe", 0);
        return MarkupValue.Of(input as MarkupValue ?? input.ToText(context.Budget));
    }

    /// <summary>Removes comments and tags, and makes one blank of each run of white space.</summary>
    public static Value StripTags(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("striptags", 0);
        StringValue text = RemoveBetween(input.ToText(context.Budget), "<!--", "-->", context.Budget);
        text = RemoveBetween(text, "<", ">", context.Budget);
        StringValue joined = StringMethods.Join(new StringValue(" "), new ListValue(StringSplitting.OnWhiteSpace(text, int.MaxValue, context.Budget)), context);
        return HtmlEntities.Unescape(joined, context.Budget);
    }

    public static Value UrlEncode(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("urlencode", 0);
        if (input is StringValue or not (DictValue or SequenceValue or DictView or GeneratorValue))
        {
            return Quote(input, isQuery: false, context.Budget);
        }

        TextBuilder builder = new(context.Budget);
        Value pairs = input is DictValue dict ? new DictView(dict, "items") : input;
        foreach (Value pair in pairs.Iterate(context.Budget))
        {
            if (pair is not SequenceValue { Items.Count: 2 } entry)
            {
                throw JinjaException.Value("urlencode needs pairs");
            }

            if (builder.Length > 0)
            {
                builder.Append('&');
            }

            builder.Append(Quote(entry.Items[0], isQuery: true, context.Budget));
            builder.Append('=');
            builder.Append(Quote(entry.Items[1], isQuery: true, context.Budget));
        }

        return builder.ToValue();
    }

    public static Value XmlAttr(RenderContext context, Value input, Arguments arguments)
    {
        bool hasBlank = arguments.Bind("xmlattr", 0, "autospace")[0]?.IsTrue ?? true;
        if (input is not DictValue dict)
        {
            throw input is UndefinedValue undefined ? undefined.Failure() : JinjaException.Type($"'{input.TypeName}' object has no attribute 'items'");
        }

        TextBuilder builder = new(context.Budget);
        foreach ((Value key, Value value) in dict.Entries)
        {
            if (value is NoneValue or UndefinedValue)
            {
                continue;
            }

            StringValue name = Arguments.ToText(key, "an attribute's name");
            if (name.Text.AsSpan().ContainsAny(NotInNames))
            {
                throw JinjaException.Value($"Invalid character in attribute name: '{name.Text}'");
            }

            if (hasBlank || builder.Length > 0)
            {
                builder.Append(' ');
            }

            builder.Append(MarkupValue.Escape(name, context.Budget));
            builder.Append("=\"");
            builder.Append(MarkupValue.EscapeAny(value, context.Budget));
            builder.Append('"');
        }

        StringValue text = builder.ToValue();
        return context.AutoEscape ? MarkupValue.Of(text) : text;
    }

    private static StringValue RemoveBetween(StringValue text, string open, string close, RenderBudget budget)
    {
        TextBuilder builder = new(budget);
        int at = 0;
        while (true)
        {
            int start = text.Text.IndexOf(open, at, StringComparison.Ordinal);
            int end = start < 0 ? -1 : text.Text.IndexOf(close, start + open.Length, StringComparison.Ordinal);
            if (end < 0)
            {
                builder.Append(text, at, text.Text.Length - at);
                return builder.ToValue();
            }

            builder.Append(text, at, start - at);
            at = end + close.Length;
        }
    }

    private static StringValue Quote(Value value, bool isQuery, RenderBudget budget)
    {
        StringValue text = value.ToText(budget);
        TextBuilder builder = new(budget);
        Span<byte> bytes = stackalloc byte[4];
        for (int at = 0; at < text.Text.Length;)
        {
            int length = PythonText.CharacterLength(text.Text, at);
            bool isContent = text.IsContentAt(at, at + length);
            char c = text.Text[at];
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || (c == '/' && !isQuery))
            {
                builder.Append(c, isContent);
            }
            else if (c == ' ' && isQuery)
            {
                builder.Append('+', isContent);
            }
            else
            {
                int count = Encoding.UTF8.GetBytes(text.Text.AsSpan(at, length), bytes);
                foreach (byte unit in bytes[..count])
                {
                    builder.Append($"%{unit:X2}", isContent);
                }
            }

            at += length;
        }

        return builder.ToValue();
    }
}
