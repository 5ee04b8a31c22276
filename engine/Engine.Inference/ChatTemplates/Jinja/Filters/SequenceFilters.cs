using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>Filters about sequences as a whole.</summary>
internal static class SequenceFilters
{
    public static Value Length(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("length", 0);
        return IntegerValue.Of(input.Length ?? throw JinjaException.Type($"object of type '{input.TypeName}' has no len()"));
    }

    public static Value First(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("first", 0);
        foreach (Value item in input.Iterate(context.Budget))
        {
            return item;
        }

        return UndefinedValue.OfHint("No first item, sequence was empty.");
    }

    public static Value Last(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("last", 0);
        if (input is StringValue text && text.CodePoints > 0)
        {
            return text.Item(IntegerValue.Of(-1), context.Budget)!;
        }

        List<Value> items = Reversible(input, context.Budget) ?? throw JinjaException.Type($"'{input.TypeName}' object is not reversible");
        return items.Count > 0 ? items[^1] : UndefinedValue.OfHint("No last item, sequence was empty.");
    }

    public static Value Reverse(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("reverse", 0);
        if (input is StringValue text)
        {
            return TextFilters.Keep(input, (StringValue)Slices.Of(text, null, null, IntegerValue.Of(-1), context.Budget));
        }

        List<Value>? items = Reversible(input, context.Budget);
        if (items is not null)
        {
            items.Reverse();
            return new GeneratorValue(items);
        }

        List<Value> read = [.. ListValue.Collect(input.Iterate(context.Budget), context.Budget).Items];
        read.Reverse();
        return new ListValue(read);
    }

    public static Value List(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("list", 0);
        return ListValue.Collect(input.Iterate(context.Budget), context.Budget);
    }

    public static Value Items(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("items", 0);
        IEnumerable<Value> Pairs() => input switch
        {
            UndefinedValue => [],
            DictValue dict => new DictView(dict, "items").Iterate(context.Budget),
            _ => throw JinjaException.Type("can only get item pairs from a mapping"),
        };

        // A generator in Python: nothing is asked of the input before the first element is.
        return new GeneratorValue(Enumerable.Range(0, 1).SelectMany(_ => Pairs()));
    }

    public static Value Join(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("join", 0, "d", "attribute");
        StringValue separator = (bound[0] ?? StringValue.Empty).ToText(context.Budget);
        Func<Value, Value> key = AttributePath.Getter(bound[1], context);
        TextBuilder builder = new(context.Budget);
        bool isFirst = true;
        bool escapes = context.AutoEscape;
        foreach (Value item in input.Iterate(context.Budget))
        {
            context.Budget.Step();
            if (!isFirst)
            {
                builder.Append(escapes ? MarkupValue.EscapeAny(bound[0] ?? separator, context.Budget) : separator);
            }

            isFirst = false;
            builder.Append(escapes ? MarkupValue.EscapeAny(key(item), context.Budget) : key(item).ToText(context.Budget));
        }

        return escapes ? MarkupValue.Of(builder.ToValue()) : builder.ToValue();
    }

    public static Value Random(RenderContext context, Value input, Arguments arguments)
    {
        arguments.Bind("random", 0);
        int count = input.Length ?? throw JinjaException.Type($"object of type '{input.TypeName}' has no len()");
        return count == 0
            ? UndefinedValue.OfHint("No random item, sequence was empty.")
            : Members.Item(input, IntegerValue.Of(System.Random.Shared.Next(count)), context.Budget);
    }

    public static Value Batch(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("batch", 1, "linecount", "fill_with");
        int size = Arguments.ToInt(bound[0]!, "linecount");
        Value? filling = bound[1] is NoneValue ? null : bound[1];
        IEnumerable<Value> Batches()
        {
            List<Value> batch = [];
            foreach (Value item in input.Iterate(context.Budget))
            {
                context.Budget.Elements(1);
                if (batch.Count == size)
                {
                    yield return new ListValue(batch);
                    batch = [];
                }

                batch.Add(item);
            }

            if (batch.Count == 0)
            {
                yield break;
            }

            while (filling is not null && batch.Count < size)
            {
                context.Budget.Elements(1);
                batch.Add(filling);
            }

            yield return new ListValue(batch);
        }

        return new GeneratorValue(Batches());
    }

    public static Value Slice(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("slice", 1, "slices", "fill_with");
        int slices = Arguments.ToInt(bound[0]!, "slices");
        Value? filling = bound[1] is NoneValue ? null : bound[1];
        if (slices == 0)
        {
            throw JinjaException.Value("integer division or modulo by zero");
        }

        IEnumerable<Value> Columns()
        {
            IReadOnlyList<Value> items = ListValue.Collect(input.Iterate(context.Budget), context.Budget).Items;
            int size = items.Count / slices;
            int longer = items.Count % slices;
            int from = 0;
            for (int i = 0; i < slices; i++)
            {
                context.Budget.Elements(size + 1);
                int count = size + (i < longer ? 1 : 0);
                List<Value> column = [.. items.Skip(from).Take(count)];
                from += count;
                if (filling is not null && i >= longer)
                {
                    column.Add(filling);
                }

                yield return new ListValue(column);
            }
        }

        return new GeneratorValue(Columns());
    }

    /// <summary>The elements of what Python's <c>reversed</c> takes; <see langword="null"/> for others.</summary>
    private static List<Value>? Reversible(Value input, RenderBudget budget) => input is SequenceValue or RangeValue or DictValue or DictView or UndefinedValue or StringValue
        ? [.. ListValue.Collect(input.Iterate(budget), budget).Items]
        : null;
}
