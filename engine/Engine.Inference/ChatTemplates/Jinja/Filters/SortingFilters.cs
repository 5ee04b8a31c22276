using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>Filters that order, group and compare elements.</summary>
internal static class SortingFilters
{
    public static Value Sort(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("sort", 0, "reverse", "case_sensitive", "attribute");
        List<Value> items = Collect(context, input);
        Operators.Sort(items, SortKeys(bound[2], bound[1], context), bound[0]?.IsTrue ?? false, context.Budget);
        return new ListValue(items);
    }

    public static Value DictSort(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("dictsort", 0, "case_sensitive", "by", "reverse");
        string by = bound[1] is { } named ? Arguments.ToText(named, "by").Text : "key";
        if (by is not ("key" or "value"))
        {
            throw JinjaException.Value("You can only sort by either \"key\" or \"value\"");
        }

        if (input is not DictValue dict)
        {
            throw input is UndefinedValue undefined ? undefined.Failure() : JinjaException.Type($"'{input.TypeName}' object has no attribute 'items'");
        }

        bool ignoresCase = !(bound[0]?.IsTrue ?? false);
        List<KeyValuePair<Value, Value>> entries = [.. dict.Entries];
        Operators.Sort(entries, entry => Folded(by == "key" ? entry.Key : entry.Value, ignoresCase, context), bound[2]?.IsTrue ?? false, context.Budget);
        context.Budget.Elements(entries.Count * 3);
        return new ListValue([.. entries.Select(entry => (Value)new TupleValue([entry.Key, entry.Value]))]);
    }

    public static Value GroupBy(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("groupby", 1, "attribute", "default", "case_sensitive");
        bool ignoresCase = !(bound[2]?.IsTrue ?? false);
        Func<Value, Value> key = AttributePath.Getter(bound[0], context, bound[1]);
        List<Value> items = Collect(context, input);
        Operators.Sort(items, item => Folded(key(item), ignoresCase, context), descending: false, context.Budget);
        List<Value> groups = [];
        for (int i = 0; i < items.Count;)
        {
            Value first = key(items[i]);
            List<Value> group = [];
            while (i < items.Count && Operators.AreEqual(Folded(first, ignoresCase, context), Folded(key(items[i]), ignoresCase, context), context.Budget))
            {
                group.Add(items[i++]);
            }

            context.Budget.Elements(2);
            groups.Add(new GroupValue(first, new ListValue(group)));
        }

        return new ListValue(groups);
    }

    public static Value Unique(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("unique", 0, "case_sensitive", "attribute");
        Func<Value, Value> key = SortKey(bound[1], bound[0], context);
        IEnumerable<Value> Distinct()
        {
            HashSet<Value> seen = [];
            foreach (Value item in input.Iterate(context.Budget))
            {
                context.Budget.Elements(1);
                if (seen.Add(DictValue.CheckKey(key(item))))
                {
                    yield return item;
                }
            }
        }

        return new GeneratorValue(Distinct());
    }

    public static Value Min(RenderContext context, Value input, Arguments arguments) => Extreme(context, input, arguments, "<");

    public static Value Max(RenderContext context, Value input, Arguments arguments) => Extreme(context, input, arguments, ">");

    private static Value Extreme(RenderContext context, Value input, Arguments arguments, string relation)
    {
        Value?[] bound = arguments.Bind(relation == "<" ? "min" : "max", 0, "case_sensitive", "attribute");
        Func<Value, Value> key = SortKey(bound[1], bound[0], context);
        Value? best = null;
        foreach (Value item in input.Iterate(context.Budget))
        {
            context.Budget.Step();
            if (best is null || Operators.IsOrdered(key(item), relation, key(best), context.Budget))
            {
                best = item;
            }
        }

        return best ?? UndefinedValue.OfHint("No aggregated item, sequence was empty.");
    }

    private static List<Value> Collect(RenderContext context, Value input) => [.. ListValue.Collect(input.Iterate(context.Budget), context.Budget).Items];

    /// <summary>The keys of <c>sort</c>: a list, of one for each attribute between commas. A list compares equal elements without ordering them.</summary>
    private static Func<Value, Value> SortKeys(Value? attribute, Value? isCaseSensitive, RenderContext context)
    {
        IEnumerable<Value?> paths = attribute is StringValue text ? text.Text.Split(',').Select(path => new StringValue(path)) : [attribute];
        Func<Value, Value>[] getters = [.. paths.Select(path => SortKey(path, isCaseSensitive, context))];
        return item => new ListValue([.. getters.Select(getter => getter(item))]);
    }

    private static Func<Value, Value> SortKey(Value? attribute, Value? isCaseSensitive, RenderContext context) =>
        AttributePath.Getter(attribute, context, ignoresCase: !(isCaseSensitive?.IsTrue ?? false));

    private static Value Folded(Value value, bool ignoresCase, RenderContext context) =>
        ignoresCase && value is StringValue text ? StringCase.Lower(text, context.Budget) : value;
}
