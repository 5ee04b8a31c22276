using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>An arithmetic operator.</summary>
internal sealed class BinaryExpression(Expression left, string symbol, Expression right, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Step();
        Value a = left.Evaluate(context);
        Value b = right.Evaluate(context);
        return symbol switch
        {
            "+" => Arithmetic.Add(a, b, context.Budget),
            "-" => Arithmetic.Subtract(a, b, context.Budget),
            "*" => Arithmetic.Multiply(a, b, context.Budget),
            "/" => Arithmetic.Divide(a, b, context.Budget),
            "//" => Arithmetic.FloorDivide(a, b, context.Budget),
            "%" => Arithmetic.Remainder(a, b, context.Budget),
            _ => Arithmetic.Power(a, b, context.Budget),
        };
    }
}
