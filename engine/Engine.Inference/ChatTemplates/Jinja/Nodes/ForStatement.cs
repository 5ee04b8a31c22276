using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

internal sealed class ForStatement(
    AssignmentTarget target,
    Expression iterable,
    Expression? condition,
    bool isRecursive,
    IReadOnlyList<Statement> body,
    IReadOnlyList<Statement> otherwise,
    int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        Run(iterable.Evaluate(context), 0, context);
        return Flow.Next;
    }

    private void Run(Value sequence, int depth, RenderContext context)
    {
        Scope definition = context.Scope;
        try
        {
            IReadOnlyList<Value> items = Select(sequence, definition, context);
            if (items.Count == 0)
            {
                context.Scope = new Scope(definition);
                ExecuteAll(otherwise, context);
                return;
            }

            Func<Value, int, StringValue>? recurse = isRecursive ? (inner, innerDepth) => Recurse(inner, innerDepth, definition, context) : null;
            LoopValue loop = new(items, depth, recurse);
            for (int i = 0; i < items.Count; i++)
            {
                context.Budget.Step();
                loop.Index = i;
                Scope scope = context.Scope = new Scope(definition);
                target.Assign(items[i], context);
                scope.Set("loop", loop);
                if (ExecuteAll(body, context) == Flow.Break)
                {
                    break;
                }
            }
        }
        finally
        {
            context.Scope = definition;
        }
    }

    /// <summary>The elements that the condition lets through. It sees the loop's variables but not <c>loop</c>.</summary>
    private IReadOnlyList<Value> Select(Value sequence, Scope definition, RenderContext context)
    {
        if (sequence is SequenceValue known && condition is null)
        {
            return known.Items;
        }

        List<Value> items = [];
        foreach (Value item in sequence.Iterate(context.Budget))
        {
            context.Budget.Elements(1);
            if (condition is not null)
            {
                context.Scope = new Scope(definition);
                target.Assign(item, context);
                if (!condition.Evaluate(context).IsTrue)
                {
                    continue;
                }
            }

            items.Add(item);
        }

        return items;
    }

    private StringValue Recurse(Value sequence, int depth, Scope definition, RenderContext context)
    {
        context.Budget.EnterCall();
        Scope caller = context.Scope;
        try
        {
            context.Scope = definition;
            return context.Capture(() => Run(sequence, depth, context));
        }
        finally
        {
            context.Scope = caller;
            context.Budget.LeaveCall();
        }
    }
}
