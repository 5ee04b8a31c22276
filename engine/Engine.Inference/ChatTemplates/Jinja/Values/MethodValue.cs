using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>A function of the environment, or a method bound to its value.</summary>
internal sealed class MethodValue(string name, Func<RenderContext, Arguments, Value> body) : Value
{
    public override string TypeName => "builtin_function_or_method";

    public override bool IsCallable => true;

    public override void WriteRepr(TextBuilder builder, int depth) => builder.Append($"<function {name}>");

    public override Value Call(RenderContext context, Arguments arguments) => body(context, arguments);
}
