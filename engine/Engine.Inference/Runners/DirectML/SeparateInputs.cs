using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.DirectML;

/// <summary>Queries, keys and values of an attention node as DirectML takes them: apart, normed and turned by nodes in front of it.</summary>
internal static class SeparateInputs
{
    /// <summary>Adds the nodes and gives their results.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="attention">The node.</param>
    /// <param name="tables">Cosines and sines.</param>
    /// <param name="positions">Positions of the tokens, asked for only when the node turns by them.</param>
    public static (Value Query, Value Key, Value Value) Of(GraphBuilder builder, GroupedAttention attention, RotaryTables tables, Func<Value> positions)
    {
        Node node = attention.Node;
        (Value query, Value key, Value value) = attention.IsPacked ? Unpack(builder, attention) : (node.Input(0)!, node.Input(1)!, node.Input(2)!);
        query = Norm(builder, attention, query, attention.Heads, node.Input(14));
        key = Norm(builder, attention, key, attention.KeyValueHeads, node.Input(15));
        if (attention.Rotates)
        {
            RotaryTable table = tables.Of(node.Input(9) ?? positions(), node.Input(7)!, node.Input(8)!);
            query = RotaryNodes.Apply(builder, query, table, attention.Heads, attention.HeadSize, attention.IsInterleaved);
            key = RotaryNodes.Apply(builder, key, table, attention.KeyValueHeads, attention.HeadSize, attention.IsInterleaved);
        }

        return (query, key, value);
    }

    // A cut of the product, not three products: the weights stay where they are on disk.
    private static (Value, Value, Value) Unpack(GraphBuilder builder, GroupedAttention attention)
    {
        long query = (long)attention.Heads * attention.HeadSize;
        long key = (long)attention.KeyValueHeads * attention.HeadSize;
        Value[] parts = builder.Nodes("Split", [attention.Node.Input(0), builder.Integers(query, key, key)], 3, ("axis", 2L));
        return (parts[0], parts[1], parts[2]);
    }

    private static Value Norm(GraphBuilder builder, GroupedAttention attention, Value rows, int heads, Value? weight)
    {
        if (weight is null)
        {
            return rows;
        }

        Value split = builder.Node("Reshape", rows, builder.Integers(0, 0, heads, attention.HeadSize));
        float epsilon = attention.Node.Attributes.Float("qk_norm_epsilon", 1e-6f);
        Value normed = builder.Node("SimplifiedLayerNormalization", [split, weight], ("axis", -1L), ("epsilon", epsilon), ("stash_type", (long)ElementType.Float32));
        return builder.Node("Reshape", normed, builder.Integers(0, 0, (long)heads * attention.HeadSize));
    }
}
