using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>A call of a function, method or macro; <paramref name="caller"/> is the body of a call block.</summary>
internal sealed class CallExpression(Expression function, ArgumentList arguments, int line, CallBlockBody? caller = null) : Expression(line)
{
    private static readonly StringValue CallerName = new("caller");

    public CallExpression WithCaller(CallBlockBody body) => new(function, arguments, Line, body);

    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Step();
        Value target = function.Evaluate(context);
        Arguments values = arguments.Evaluate(context);
        if (caller is not null)
        {
            values = new Arguments(values.Positional, [.. values.Named, new(CallerName, caller.ToMacro(context))]);
        }

        context.Line = Line;
        return target.Call(context, values);
    }
}
