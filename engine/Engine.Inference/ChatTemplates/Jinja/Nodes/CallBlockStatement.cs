using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{% call macro() %}…{% endcall %}</c>.</summary>
internal sealed class CallBlockStatement(CallExpression call, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        context.Output.Append(call.Evaluate(context).ToText(context.Budget));
        return Flow.Next;
    }
}
