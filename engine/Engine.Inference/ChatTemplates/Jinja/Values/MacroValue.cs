using Engine.Inference.ChatTemplates.Jinja.Nodes;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>A macro, or the body of a call block, with the scope it was defined in.</summary>
internal sealed class MacroValue(string name, MacroSignature signature, IReadOnlyList<Statement> body, Scope definition) : Value
{
    public override string TypeName => "Macro";

    public override bool IsCallable => true;

    public override Value? Attribute(string attribute) => attribute switch
    {
        "name" => new StringValue(name),
        "arguments" => new TupleValue([.. signature.Parameters.Select(parameter => new StringValue(parameter))]),
        "catch_kwargs" => BooleanValue.Of(signature.TakesNamed),
        "catch_varargs" => BooleanValue.Of(signature.TakesPositional),
        "caller" => BooleanValue.Of(signature.TakesCaller),
        _ => null,
    };

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append($"<Macro '{name}'>");

    public override Value Call(RenderContext context, Arguments arguments)
    {
        context.Budget.EnterCall();
        Scope caller = context.Scope;
        int line = context.Line;
        try
        {
            context.Scope = new Scope(definition);
            Bind(context, arguments);
            StringValue text = context.Capture(() => Statement.ExecuteAll(body, context));
            context.Line = line;
            return context.AutoEscape ? MarkupValue.Of(text) : text;
        }
        finally
        {
            context.Scope = caller;
            context.Budget.LeaveCall();
        }
    }

    private void Bind(RenderContext context, Arguments arguments)
    {
        List<KeyValuePair<StringValue, Value>> named = [.. arguments.Named];
        Value? Take(string parameter)
        {
            int place = named.FindIndex(argument => argument.Key.Text == parameter);
            if (place < 0)
            {
                return null;
            }

            Value value = named[place].Value;
            named.RemoveAt(place);
            return value;
        }

        int positional = Math.Min(arguments.Positional.Count, signature.Parameters.Count);
        Value?[] given = new Value?[signature.Parameters.Count];
        for (int i = 0; i < given.Length; i++)
        {
            given[i] = i < positional ? arguments.Positional[i] : Take(signature.Parameters[i]);
        }

        if (signature.TakesCaller)
        {
            context.Scope.Set("caller", Take("caller") ?? UndefinedValue.OfHint("No caller defined"));
        }

        if (signature.TakesNamed)
        {
            context.Scope.Set("kwargs", new DictValue(new OrderedDictionary<Value, Value>(
                named.Select(argument => new KeyValuePair<Value, Value>(argument.Key, argument.Value)))));
        }
        else if (named.Count > 0)
        {
            throw JinjaException.Type($"macro '{name}' takes no keyword argument '{named[0].Key.Text}'");
        }

        if (signature.TakesPositional)
        {
            context.Scope.Set("varargs", new TupleValue([.. arguments.Positional.Skip(signature.Parameters.Count)]));
        }
        else if (arguments.Positional.Count > signature.Parameters.Count)
        {
            throw JinjaException.Type($"macro '{name}' takes not more than {signature.Parameters.Count} arguments");
        }

        for (int i = 0; i < given.Length; i++)
        {
            string parameter = signature.Parameters[i];
            context.Scope.Set(parameter, given[i]
                ?? signature.Defaults[i]?.Evaluate(context)
                ?? UndefinedValue.OfHint($"parameter '{parameter}' was not provided"));
        }
    }
}
