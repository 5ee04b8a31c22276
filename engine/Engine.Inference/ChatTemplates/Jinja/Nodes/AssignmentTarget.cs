using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Nodes;

/// <summary>What a value is assigned to: a name, an attribute of a namespace, or a tuple of these.</summary>
internal abstract class AssignmentTarget
{
    public abstract void Assign(Value value, RenderContext context);
}

internal sealed class NameTarget(string name) : AssignmentTarget
{
    public string Name { get; } = name;

    public override void Assign(Value value, RenderContext context) => context.Scope.Set(Name, value);
}

internal sealed class NamespaceTarget(string name, string attribute) : AssignmentTarget
{
    private readonly StringValue _attribute = new(attribute);

    public override void Assign(Value value, RenderContext context)
    {
        if (context.Lookup(name) is not NamespaceValue target)
        {
            throw JinjaException.Type("cannot assign attribute on non-namespace object");
        }

        context.Budget.Elements(1);
        target.Set(_attribute, value);
    }
}

internal sealed class TupleTarget(IReadOnlyList<AssignmentTarget> targets) : AssignmentTarget
{
    public IReadOnlyList<AssignmentTarget> Targets { get; } = targets;

    public override void Assign(Value value, RenderContext context)
    {
        if (!value.IsIterable)
        {
            throw JinjaException.Type($"cannot unpack non-iterable {value.TypeName} object");
        }

        List<Value> items = [];
        foreach (Value item in value.Iterate(context.Budget))
        {
            items.Add(item);
            if (items.Count > Targets.Count)
            {
                throw JinjaException.Value($"too many values to unpack (expected {Targets.Count})");
            }
        }

        if (items.Count < Targets.Count)
        {
            throw JinjaException.Value($"not enough values to unpack (expected {Targets.Count}, got {items.Count})");
        }

        for (int i = 0; i < items.Count; i++)
        {
            Targets[i].Assign(items[i], context);
        }
    }
}
