using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>The arguments of a call as they are written, <c>*</c> and <c>**</c> ones included.</summary>
internal sealed class ArgumentList(
    IReadOnlyList<Expression> positional, IReadOnlyList<KeyValuePair<StringValue, Expression>> named, Expression? morePositional, Expression? moreNamed)
{
    public static ArgumentList Empty { get; } = new([], [], null, null);

    public Arguments Evaluate(RenderContext context)
    {
        if (positional.Count + named.Count == 0 && morePositional is null && moreNamed is null)
        {
            return Arguments.None;
        }

        List<Value> values = new(positional.Count);
        foreach (Expression argument in positional)
        {
            values.Add(argument.Evaluate(context));
        }

        if (morePositional is not null)
        {
            foreach (Value value in morePositional.Evaluate(context).Iterate(context.Budget))
            {
                context.Budget.Elements(1);
                values.Add(value);
            }
        }

        return new Arguments(values, EvaluateNamed(context));
    }

    private List<KeyValuePair<StringValue, Value>> EvaluateNamed(RenderContext context)
    {
        List<KeyValuePair<StringValue, Value>> values = new(named.Count);
        foreach ((StringValue name, Expression argument) in named)
        {
            values.Add(new(name, argument.Evaluate(context)));
        }

        if (moreNamed is null)
        {
            return values;
        }

        Value more = moreNamed.Evaluate(context);
        if (more is not DictValue dict)
        {
            throw more is UndefinedValue undefined ? undefined.Failure() : JinjaException.Type($"argument after ** must be a mapping, not {more.TypeName}");
        }

        foreach ((Value key, Value value) in dict.Entries)
        {
            context.Budget.Elements(1);
            StringValue name = Arguments.ToText(key, "a keyword");
            if (values.Exists(argument => argument.Key.Text == name.Text))
            {
                throw JinjaException.Type($"got multiple values for keyword argument '{name.Text}'");
            }

            values.Add(new(name, value));
        }

        return values;
    }
}
