using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>a ~ b ~ c</c>: everything as text.</summary>
internal sealed class ConcatenationExpression(IReadOnlyList<Expression> parts, int line) : Expression(line)
{
    public override Value Evaluate(RenderContext context)
    {
        TextBuilder builder = new(context.Budget);
        bool isMarkup = false;
        foreach (Expression part in parts)
        {
            Value value = part.Evaluate(context);
            isMarkup |= value is MarkupValue;
            builder.Append(context.AutoEscape ? MarkupValue.EscapeAny(value, context.Budget) : value.ToText(context.Budget));
        }

        return isMarkup && context.AutoEscape ? MarkupValue.Of(builder.ToValue()) : builder.ToValue();
    }
}
