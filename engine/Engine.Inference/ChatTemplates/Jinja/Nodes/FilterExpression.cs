using Engine.Inference.ChatTemplates.Jinja.Filters;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>input | name(arguments)</c>. A filter that is not known fails when it is reached.</summary>
internal sealed class FilterExpression(Expression? input, string name, Filter? filter, ArgumentList arguments, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context) => Apply(input!.Evaluate(context), context);

    /// <summary>Applies it to the input, or to the filter expression it is chained to.</summary>
    public Value ApplyChain(Value text, RenderContext context) => Apply(input is FilterExpression inner ? inner.ApplyChain(text, context) : text, context);

    private Value Apply(Value value, RenderContext context)
    {
        context.Budget.Step();
        return filter is null
            ? throw JinjaException.Type($"there is no filter named '{name}'")
            : filter(context, value, arguments.Evaluate(context));
    }
}
