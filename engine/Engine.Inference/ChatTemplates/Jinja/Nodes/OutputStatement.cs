using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>{{ expression }}</c>.</summary>
internal sealed class OutputStatement(Expression expression, int line) : Statement(line)
{
    public override Flow Execute(RenderContext context)
    {
        Value value = expression.Evaluate(context);
        switch (value)
        {
            case StringValue text when !context.AutoEscape:
                context.Output.Append(text);
                break;
            case SequenceValue or DictValue or DictView when !context.AutoEscape:
                // A container that is printed as such is content as a whole, punctuation included.
                context.Output.Append(value.ToText(context.Budget).Text, isContent: true);
                break;
            default:
                context.Output.Append(context.AutoEscape ? MarkupValue.EscapeAny(value, context.Budget) : value.ToText(context.Budget));
                break;
        }

        return Flow.Next;
    }
}
