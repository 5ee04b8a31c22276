using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>What <c>joiner(…)</c> gives: nothing when it is called first, its separator from then on.</summary>
internal sealed class JoinerValue(Value separator) : Value
{
    private bool _isUsed;

    public override string TypeName => "Joiner";

    public override bool IsCallable => true;

    public override Value? Attribute(string name) => name switch
    {
        "sep" => separator,
        "used" => BooleanValue.Of(_isUsed),
        _ => null,
    };

    public override Value Call(RenderContext context, Arguments arguments)
    {
        arguments.BindPositional("joiner", 0, 0);
        Value result = _isUsed ? separator : StringValue.Empty;
        _isUsed = true;
        return result;
    }

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append("<Joiner>");
}
