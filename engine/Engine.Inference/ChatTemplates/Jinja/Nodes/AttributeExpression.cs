using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary><c>owner.name</c>.</summary>
internal sealed class AttributeExpression(Expression owner, string name, int line) : Expression(line)
{
    private readonly StringValue _name = new(name);

    public Expression Owner { get; } = owner;

    public string Name => _name.Text;

    public override Value Evaluate(RenderContext context)
    {
        context.Budget.Step();
        return Members.Attribute(Owner.Evaluate(context), _name, context.Budget);
    }
}
