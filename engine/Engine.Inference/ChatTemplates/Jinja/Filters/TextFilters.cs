using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Formatting;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>Filters that make text of text.</summary>
internal static class TextFilters
{
    public static Value Capitalize(RenderContext context, Value input, Arguments arguments) =>
        Keep(input, StringCase.Capitalize(Text(context, input, arguments, "capitalize"), context.Budget));

    public static Value Lower(RenderContext context, Value input, Arguments arguments) =>
        Keep(input, StringCase.Lower(Text(context, input, arguments, "lower"), context.Budget));

    public static Value Upper(RenderContext context, Value input, Arguments arguments) =>
        Keep(input, StringCase.Upper(Text(context, input, arguments, "upper"), context.Budget));

    public static Value String(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("string", 0);
        return input as MarkupValue ?? input.ToText(context.Budget);
    }

    /// <summary>Upper case behind white space, hyphens and opening brackets; unlike <c>str.title</c>.</summary>
    public static Value Title(RenderContext context, Value input, Arguments arguments)
    {
        StringValue text = Text(context, input, arguments, "title");
        TextBuilder builder = new(context.Budget);
        bool isWordStart = true;
        for (int at = 0; at < text.Text.Length;)
        {
            int length = PythonText.CharacterLength(text.Text, at);
            StringValue character = text.Slice(at, length, context.Budget);
            builder.Append(isWordStart ? StringCase.Upper(character, context.Budget) : StringCase.Lower(character, context.Budget));
            isWordStart = length == 1 && (PythonText.IsSpace(text.Text[at]) || text.Text[at] is '-' or '(' or '{' or '[' or '<');
            at += length;
        }

        return Keep(input, builder.ToValue());
    }

    public static Value Trim(RenderContext context, Value input, Arguments arguments)
    {
        Value? characters = arguments.Bind("trim", 0, "chars")[0];
        string? set = characters is null or NoneValue ? null : Arguments.ToText(characters, "chars").Text;
        return Keep(input, StringMethods.Strip(input.ToText(context.Budget), set, true, true, context.Budget));
    }

    public static Value Replace(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("replace", 2, "old", "new", "count");
        int count = bound[2] is null or NoneValue ? -1 : Arguments.ToInt(bound[2]!, "count");
        RenderBudget budget = context.Budget;
        return StringMethods.Replace(input.ToText(budget), bound[0]!.ToText(budget), bound[1]!.ToText(budget), count, budget);
    }

    public static Value Center(RenderContext context, Value input, Arguments arguments)
    {
        Value width = arguments.Bind("center", 0, "width")[0] ?? IntegerValue.Of(80);
        return StringMethods.Find(input.ToText(context.Budget), "center")!.Call(context, Arguments.Of(width));
    }

    public static Value Format(RenderContext context, Value input, Arguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Named.Count > 0)
        {
            throw JinjaException.Type("can't handle positional and keyword arguments at the same time");
        }

        StringValue format = input as MarkupValue ?? input.ToText(context.Budget);
        Value values = arguments.Named.Count > 0
            ? new DictValue(new OrderedDictionary<Value, Value>(arguments.Named.Select(argument => new KeyValuePair<Value, Value>(argument.Key, argument.Value))))
            : new TupleValue(arguments.Positional);
        return PercentFormat.Apply(format, values, context.Budget);
    }

    public static Value Indent(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("indent", 0, "width", "first", "blank");
        StringValue indentation = bound[0] as StringValue ?? Blanks(bound[0] is { } width ? Arguments.ToInt(width, "width") : 4, context.Budget);
        bool indentsFirst = bound[1]?.IsTrue ?? false;
        bool indentsBlank = bound[2]?.IsTrue ?? false;
        // The newline put at the end is what makes splitting keep a last empty line.
        StringValue text = Arithmetic.Concatenate(input as StringValue ?? Arguments.ToText(input, "indent's input"), new StringValue("\n"), context.Budget);
        List<Value> lines = StringSplitting.Lines(text, keepsEnds: false, context.Budget);
        TextBuilder builder = new(context.Budget);
        for (int i = 0; i < lines.Count; i++)
        {
            StringValue line = (StringValue)lines[i];
            if (i > 0)
            {
                builder.Append('\n');
            }

            if (i == 0 ? indentsFirst : indentsBlank || line.Text.Length > 0)
            {
                builder.Append(indentation);
            }

            builder.Append(line);
        }

        return Keep(input, builder.ToValue());
    }

    public static Value Truncate(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("truncate", 0, "length", "killwords", "end", "leeway");
        int length = bound[0] is { } given ? Arguments.ToInt(given, "length") : 255;
        StringValue end = bound[2] is { } tail ? Arguments.ToText(tail, "end") : new StringValue("...");
        int leeway = bound[3] is null or NoneValue ? 5 : Arguments.ToInt(bound[3]!, "leeway");
        if (length < end.CodePoints || leeway < 0)
        {
            throw JinjaException.Value($"truncate expects a length of at least {end.CodePoints} and a leeway of at least 0");
        }

        if (input is not StringValue && input.Length <= (long)length + leeway)
        {
            return input;
        }

        StringValue text = Arguments.ToText(input, "truncate's input");
        if (text.CodePoints <= (long)length + leeway)
        {
            return text;
        }

        StringValue cut = text.Slice(0, text.PlaceOf(length - end.CodePoints), context.Budget);
        int blank = bound[1]?.IsTrue ?? false ? -1 : cut.Text.LastIndexOf(' ');
        return Arithmetic.Concatenate(blank < 0 ? cut : cut.Slice(0, blank, context.Budget), end, context.Budget);
    }

    public static Value WordCount(RenderContext context, Value input, Arguments arguments)
    {
        string text = Text(context, input, arguments, "wordcount").Text;
        int count = 0;
        bool isInWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isWord = rune.Value == '_' || StringClasses.IsAlphabetic(rune) || StringClasses.IsNumeric(rune);
            count += isWord && !isInWord ? 1 : 0;
            isInWord = isWord;
        }

        return IntegerValue.Of(count);
    }

    public static Value PrettyPrint(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("pprint", 0);
        return new PrettyPrinter(context.Budget).Print(input);
    }

    public static Value ToJson(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = bound[1] switch
        {
            null or NoneValue => null,
            StringValue text => text.Text,
            { } width => new string(' ', Math.Clamp(Arguments.ToInt(width, "indent"), 0, 1000)),
        };
        (string item, string key) = (indent is null ? ", " : ",", ": ");
        if (bound[2] is SequenceValue { Items.Count: 2 } separators)
        {
            (item, key) = (Arguments.ToText(separators.Items[0], "a separator").Text, Arguments.ToText(separators.Items[1], "a separator").Text);
        }
        else if (bound[2] is not (null or NoneValue))
        {
            throw JinjaException.Type("separators must be a pair of strings");
        }

        TextBuilder builder = new(context.Budget);
        new JsonText(builder, bound[0]?.IsTrue ?? false, indent, item, key, bound[3]?.IsTrue ?? false).Write(input);
        return builder.ToValue();
    }

    /// <summary>A result is marked as safe where its input was.</summary>
    public static StringValue Keep(Value input, StringValue result) => input is MarkupValue ? MarkupValue.Of(result) : result;

    private static StringValue Text(RenderContext context, Value input, Arguments arguments, string filter)
    {
        arguments.Bind(filter, 0);
        return input.ToText(context.Budget);
    }

    private static StringValue Blanks(int width, RenderBudget budget)
    {
        budget.Characters(Math.Max(0, width));
        return new StringValue(new string(' ', Math.Max(0, width)));
    }
}
