using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>A chain of comparisons: <c>a &lt; b &lt;= c</c> holds if each does.</summary>
internal sealed class ComparisonExpression(Expression first, IReadOnlyList<KeyValuePair<string, Expression>> rest, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        Value left = first.Evaluate(context);
        foreach ((string relation, Expression operand) in rest)
        {
            context.Budget.Step();
            Value right = operand.Evaluate(context);
            if (!Holds(left, relation, right, context.Budget))
            {
                return BooleanValue.False;
            }

            left = right;
        }

        return BooleanValue.True;
    }

    private static bool Holds(Value left, string relation, Value right, RenderBudget budget) => relation switch
    {
        "==" => Operators.AreEqual(left, right, budget),
        "!=" => !Operators.AreEqual(left, right, budget),
        "in" => right.Contains(left, budget),
        "not in" => !right.Contains(left, budget),
        _ => Operators.IsOrdered(left, relation, right, budget),
    };
}
