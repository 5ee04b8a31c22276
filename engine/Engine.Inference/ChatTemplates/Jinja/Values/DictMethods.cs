
namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>The methods of <c>dict</c>; those that would change it are out of bounds.</summary>
internal static class DictMethods
{
    public static Value? Find(DictValue dict, string name) => name switch
    {
        "get" => new MethodValue(name, (context, arguments) =>
        {
            Value?[] bound = arguments.BindPositional("get", 1, 2);
            return dict.TryGet(DictValue.CheckKey(bound[0]!), context.Budget, out Value? value) ? value : bound[1] ?? NoneValue.Instance;
        }),
        "items" or "keys" or "values" => new MethodValue(name, (_, arguments) =>
        {
            arguments.BindPositional(name, 0, 0);
            return new DictView(dict, name);
        }),
        "copy" => new MethodValue(name, (context, arguments) =>
        {
            arguments.BindPositional(name, 0, 0);
            context.Budget.Elements(dict.Entries.Count);
            return new DictValue(new OrderedDictionary<Value, Value>(dict.Entries));
        }),
        "fromkeys" => new MethodValue(name, (context, arguments) =>
        {
            Value?[] bound = arguments.BindPositional(name, 1, 2);
            OrderedDictionary<Value, Value> entries = [];
            foreach (Value key in bound[0]!.Iterate(context.Budget))
            {
                context.Budget.Elements(2);
                entries[DictValue.CheckKey(key)] = bound[1] ?? NoneValue.Instance;
            }

            return new DictValue(entries);
        }),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => UndefinedValue.Unsafe(dict, name),
        _ => null,
    };
}
