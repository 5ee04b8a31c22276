using System.Diagnostics.CodeAnalysis;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>A dictionary in order of insertion.</summary>
internal sealed class DictValue(OrderedDictionary<Value, Value> entries) : Value
{
    public OrderedDictionary<Value, Value> Entries { get; } = entries;

    public override string TypeName => "dict";

    public override bool IsTrue => Entries.Count > 0;

    public override bool IsHashable => false;

    public override bool IsIterable => true;

    public override int? Length => Entries.Count;

    /// <summary>Charges the comparison of a key: two equal long strings are compared to their ends.</summary>
    public bool TryGet(Value key, RenderBudget budget, [NotNullWhen(true)] out Value? value)
    {
        budget.Scan(key is StringValue text ? text.Text.Length : 0);
        return TryGet(key, out value);
    }

    public bool TryGet(Value key, [NotNullWhen(true)] out Value? value)
    {
        value = null;
        return key.IsHashable && Entries.TryGetValue(key, out value);
    }

    public static Value CheckKey(Value key) => key.IsHashable ? key : throw JinjaException.Type($"unhashable type: '{key.TypeName}'");

    public override Value? Attribute(string name) => DictMethods.Find(this, name);

    public override Value? Item(Value key, RenderBudget budget) => TryGet(key, budget, out Value? value) ? value : null;

    public override StringValue ToText(RenderBudget budget) => AllContent(budget);

    public override IEnumerable<Value> Iterate(RenderBudget budget) => Entries.Keys;

    public override bool Contains(Value item, RenderBudget budget) => TryGet(CheckKey(item), budget, out _);

    public override void WriteRepr(TextBuilder builder, int depth)
    {
        CheckDepth(depth);
        builder.Append('{');
        bool isFirst = true;
        foreach ((Value key, Value value) in Entries)
        {
            builder.Budget.Step();
            if (!isFirst)
            {
                builder.Append(", ");
            }

            isFirst = false;
            key.WriteRepr(builder, depth + 1);
            builder.Append(": ");
            value.WriteRepr(builder, depth + 1);
        }

        builder.Append('}');
    }

    public override bool Equals(object? obj) => obj is DictValue other && Operators.DictsEqual(this, other, null, 0);

    public override int GetHashCode() => throw JinjaException.Type("unhashable type: 'dict'");
}
