using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>The <c>loop</c> variable of a for loop.</summary>
internal sealed class LoopValue(IReadOnlyList<Value> items, int depth, Func<Value, int, StringValue>? recurse) : Value
{
    private Value? _lastChanged;

    /// <summary>Which turn it is, from 0.</summary>
    public int Index { get; set; }

    public override string TypeName => "LoopContext";

    public override bool IsCallable => true;

    public override int? Length => items.Count;

    public override Value? Attribute(string name) => name switch
    {
        "index" => IntegerValue.Of(Index + 1),
        "index0" => IntegerValue.Of(Index),
        "revindex" => IntegerValue.Of(items.Count - Index),
        "revindex0" => IntegerValue.Of(items.Count - Index - 1),
        "first" => BooleanValue.Of(Index == 0),
        "last" => BooleanValue.Of(Index == items.Count - 1),
        "length" => IntegerValue.Of(items.Count),
        "depth" => IntegerValue.Of(depth + 1),
        "depth0" => IntegerValue.Of(depth),
        "previtem" => Index == 0 ? UndefinedValue.OfHint("there is no previous item") : items[Index - 1],
        "nextitem" => Index == items.Count - 1 ? UndefinedValue.OfHint("there is no next item") : items[Index + 1],
        "cycle" => new MethodValue(name, (_, arguments) => arguments.Positional.Count == 0
            ? throw JinjaException.Type("no items for cycling given")
            : arguments.Positional[Index % arguments.Positional.Count]),
        "changed" => new MethodValue(name, (context, arguments) => Changed(new TupleValue(arguments.Positional), context)),
        _ => null,
    };

    public override Value Call(RenderContext context, Arguments arguments)
    {
        if (recurse is null)
        {
            throw JinjaException.Type("the loop must have the 'recursive' marker to be called recursively");
        }

        return recurse(arguments.BindPositional("loop", 1, 1)[0]!, depth + 1);
    }

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append($"<LoopContext {Index + 1}/{items.Count}>");

    private BooleanValue Changed(TupleValue values, RenderContext context)
    {
        bool isChanged = _lastChanged is null || !Operators.AreEqual(_lastChanged, values, context.Budget);
        _lastChanged = values;
        return BooleanValue.Of(isChanged);
    }
}
