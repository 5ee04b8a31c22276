using Engine.Inference.ChatTemplates.Jinja.Filters;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>input is name(arguments)</c>. A test that is not known fails when it is reached.</summary>
internal sealed class TestExpression(Expression input, string name, Test? test, ArgumentList arguments, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Step();
        Value value = input.Evaluate(context);
        return test is null
            ? throw JinjaException.Type($"there is no test named '{name}'")
            : BooleanValue.Of(test(context, value, arguments.Evaluate(context)));
    }
}
