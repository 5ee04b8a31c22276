using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>A list or tuple. Templates cannot change either: the sandbox refuses the methods that would.</summary>
internal abstract class SequenceValue(IReadOnlyList<Value> items) : Value
{
    public IReadOnlyList<Value> Items { get; } = items;

    public override bool IsTrue => Items.Count > 0;

    public override bool IsIterable => true;

    public override int? Length => Items.Count;

    public override Value? Attribute(string name) => SequenceMethods.Find(this, name);

    public override Value? Item(Value key, RenderBudget budget)
    {
        if (!key.TryInteger(out BigInteger index) || index < -Items.Count || index >= Items.Count)
        {
            return null;
        }

        return Items[(int)(index < 0 ? index + Items.Count : index)];
    }

    public override StringValue ToText(RenderBudget budget) => AllContent(budget);

    public override IEnumerable<Value> Iterate(RenderBudget budget) => Items;

    public override bool Equals(object? obj) => obj is SequenceValue other && Operators.SequencesEqual(this, other, null, 0);

    /// <summary>A sequence of the same kind with other elements.</summary>
    public abstract SequenceValue With(IReadOnlyList<Value> items);

    public override int GetHashCode() => throw JinjaException.Type($"unhashable type: '{TypeName}'");

    protected void WriteItems(TextBuilder builder, int depth)
    {
        CheckDepth(depth);
        for (int i = 0; i < Items.Count; i++)
        {
            builder.Budget.Step();
            if (i > 0)
            {
                builder.Append(", ");
            }

            Items[i].WriteRepr(builder, depth + 1);
        }
    }
}
