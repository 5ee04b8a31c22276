using Engine.Inference.ChatTemplates.Jinja.Formatting;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>The functions that every template knows: jinja2's, and the two that transformers adds.</summary>
internal static class Globals
{
    public static IReadOnlyDictionary<string, Value> Table { get; } = new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["range"] = new MethodValue("range", Range),
        ["dict"] = new MethodValue("dict", (context, arguments) => new DictValue(Entries(context, arguments, "dict"))),
        ["namespace"] = new MethodValue("namespace", (context, arguments) => new NamespaceValue(Entries(context, arguments, "namespace"))),
        ["cycler"] = new MethodValue("cycler", (_, arguments) => arguments.Positional.Count > 0
            ? new CyclerValue(arguments.Positional)
            : throw JinjaException.Type("at least one item has to be provided")),
        ["joiner"] = new MethodValue("joiner", (_, arguments) => new JoinerValue(arguments.Bind("joiner", 0, "sep")[0] ?? new StringValue(", "))),
        ["lipsum"] = new MethodValue("lipsum", (_, _) => throw JinjaException.Security("lipsum makes random text, which no chat template needs; it is not available")),
        ["raise_exception"] = new MethodValue("raise_exception", (context, arguments) =>
            throw JinjaException.Raised(arguments.Bind("raise_exception", 1, "message")[0]!.ToText(context.Budget).Text)),
        ["strftime_now"] = new MethodValue("strftime_now", (context, arguments) =>
            new StringValue(TimeFormat.Format(context.Now, Arguments.ToText(arguments.Bind("strftime_now", 1, "format")[0]!, "the format").Text))),
    };

    private static RangeValue Range(RenderContext context, Arguments arguments)
    {
        Value?[] bound = arguments.BindPositional("range", 1, 3);
        System.Numerics.BigInteger Bound(Value value) => value.TryInteger(out System.Numerics.BigInteger integer)
            ? integer
            : throw (value is UndefinedValue undefined ? undefined.Failure() : JinjaException.Type($"'{value.TypeName}' object cannot be interpreted as an integer"));

        return bound[1] is null
            ? RangeValue.Create(0, Bound(bound[0]!), 1)
            : RangeValue.Create(Bound(bound[0]!), Bound(bound[1]!), bound[2] is null ? 1 : Bound(bound[2]!));
    }

    private static OrderedDictionary<Value, Value> Entries(RenderContext context, Arguments arguments, string function)
    {
        if (arguments.Positional.Count > 1)
        {
            throw JinjaException.Type($"{function} expected at most 1 argument, got {arguments.Positional.Count}");
        }

        OrderedDictionary<Value, Value> entries = [];
        void Add(Value key, Value value)
        {
            context.Budget.Elements(2);
            entries[DictValue.CheckKey(key)] = value;
        }

        switch (arguments.Positional is [var only] ? only : null)
        {
            case null:
                break;
            case DictValue dict:
                foreach ((Value key, Value value) in dict.Entries)
                {
                    Add(key, value);
                }

                break;
            case var pairs:
                foreach (Value pair in pairs.Iterate(context.Budget))
                {
                    List<Value> items = [.. pair.Iterate(context.Budget).Take(3)];
                    if (items.Count != 2)
                    {
                        throw JinjaException.Value("dictionary update sequence needs elements of length 2");
                    }

                    Add(items[0], items[1]);
                }

                break;
        }

        foreach ((StringValue name, Value value) in arguments.Named)
        {
            Add(name, value);
        }

        return entries;
    }
}
