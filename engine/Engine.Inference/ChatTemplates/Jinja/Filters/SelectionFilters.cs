using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>Filters that choose or map elements, and <c>default</c> and <c>attr</c>.</summary>
internal static class SelectionFilters
{
    public static Value Default(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("default", 0, "default_value", "boolean");
        bool isMissing = input is UndefinedValue || ((bound[1]?.IsTrue ?? false) && !input.IsTrue);
        return isMissing ? bound[0] ?? StringValue.Empty : input;
    }

    public static Value Attr(RenderContext context, Value input, Arguments arguments)
    {
        StringValue name = arguments.Bind("attr", 1, "name")[0]!.ToText(context.Budget);
        if (input is UndefinedValue undefined)
        {
            throw undefined.Failure();
        }

        // Unlike the dot, this filter looks at attributes only.
        return Members.AttributeOnly(input, name.Text) ?? UndefinedValue.OfMember(input, name.Text);
    }

    public static Value Map(RenderContext context, Value input, Arguments arguments)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.Any(argument => argument.Key.Text == "attribute"))
        {
            Value?[] bound = arguments.Bind("map", 0, "attribute", "default");
            return Lazy(context, input, AttributePath.Getter(bound[0], context, bound[1]));
        }

        if (arguments.Positional.Count == 0)
        {
            throw JinjaException.Type("map requires a filter argument");
        }

        string name = Arguments.ToText(arguments.Positional[0], "the filter's name").Text;
        if (!FilterTable.All.TryGetValue(name, out Filter? filter))
        {
            throw JinjaException.Type($"there is no filter named '{name}'");
        }

        Arguments rest = arguments.Skip(1);
        return Lazy(context, input, item => filter(context, item, rest));
    }

    public static Value Select(RenderContext context, Value input, Arguments arguments) => Choose(context, input, arguments, byAttribute: false, keeps: true);

    public static Value Reject(RenderContext context, Value input, Arguments arguments) => Choose(context, input, arguments, byAttribute: false, keeps: false);

    public static Value SelectAttr(RenderContext context, Value input, Arguments arguments) => Choose(context, input, arguments, byAttribute: true, keeps: true);

    public static Value RejectAttr(RenderContext context, Value input, Arguments arguments) => Choose(context, input, arguments, byAttribute: true, keeps: false);

    private static GeneratorValue Choose(RenderContext context, Value input, Arguments arguments, bool byAttribute, bool keeps)
    {
        if (byAttribute && arguments.Positional.Count == 0)
        {
            throw JinjaException.Type("missing parameter for attribute name");
        }

        Func<Value, Value> key = AttributePath.Getter(byAttribute ? arguments.Positional[0] : null, context);
        int testPlace = byAttribute ? 1 : 0;
        Func<Value, bool> holds = value => value.IsTrue;
        if (arguments.Positional.Count > testPlace)
        {
            string name = Arguments.ToText(arguments.Positional[testPlace], "the test's name").Text;
            Test test = TestTable.Find(name) ?? throw JinjaException.Type($"there is no test named '{name}'");
            Arguments rest = arguments.Skip(testPlace + 1);
            holds = value => test(context, value, rest);
        }

        IEnumerable<Value> Chosen()
        {
            // Nothing to go over is as good as empty: jinja2 asks for the value's truth first.
            if (!input.IsTrue)
            {
                yield break;
            }

            foreach (Value item in input.Iterate(context.Budget))
            {
                context.Budget.Step();
                if (holds(key(item)) == keeps)
                {
                    yield return item;
                }
            }
        }

        return new GeneratorValue(Chosen());
    }

    private static GeneratorValue Lazy(RenderContext context, Value input, Func<Value, Value> map)
    {
        IEnumerable<Value> Mapped()
        {
            if (!input.IsTrue)
            {
                yield break;
            }

            foreach (Value item in input.Iterate(context.Budget))
            {
                context.Budget.Step();
                yield return map(item);
            }
        }

        return new GeneratorValue(Mapped());
    }
}
