using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

internal sealed class TupleValue : SequenceValue
{
    /// <summary>The most elements, those of inner tuples included, of a tuple that is a key: hashing and comparing keys is not charged.</summary>
    private const long LargestKey = 1000;

    private readonly long _size = 1;
    private readonly bool _isHashable = true;

    public TupleValue(IReadOnlyList<Value> items)
        : base(items)
    {
        foreach (Value item in items)
        {
            _isHashable &= item.IsHashable;
            _size = Math.Min(LargestKey + 1, _size + (item is TupleValue inner ? inner._size : 1));
        }
    }

    public override string TypeName => "tuple";

    public override bool IsHashable => _isHashable;

    public override SequenceValue With(IReadOnlyList<Value> items) => new TupleValue(items);

    public override void WriteRepr(TextBuilder builder, int depth)
    {
        builder.Append('(');
        WriteItems(builder, depth);
        builder.Append(Items.Count == 1 ? ",)" : ")");
    }

    public override int GetHashCode()
    {
        if (_size > LargestKey)
        {
            throw JinjaException.Budget($"a tuple of more than {LargestKey} elements is a key");
        }

        HashCode hash = default;
        foreach (Value item in Items)
        {
            hash.Add(item.GetHashCode());
        }

        return hash.ToHashCode();
    }
}
