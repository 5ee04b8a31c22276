using Engine.Onnx.Graphs;

namespace Engine.Inference.Runners.DirectML;

/// <summary>Turns queries and keys by nodes of their own, of which DirectML takes only those that turn whole heads.</summary>
internal static class RotaryNodes
{
    private const string Microsoft = "com.microsoft";

    /// <summary>Turns <c>[batch, tokens, heads × size]</c>.</summary>
    public static Value Apply(GraphBuilder builder, Value rows, RotaryTable table, int heads, int headSize, bool interleaved)
    {
        int width = table.Width ?? headSize;
        if (width == headSize)
        {
            return Turn(builder, rows, table, heads, interleaved);
        }

        // The part of each head that turns is taken out, turned as if it were the head, and put back.
        Value split = builder.Node("Reshape", rows, builder.Integers(0, 0, heads, headSize));
        Value[] parts = builder.Nodes("Split", [split, builder.Integers(width, headSize - width)], 2, ("axis", 3L));
        Value turning = builder.Node("Reshape", parts[0], builder.Integers(0, 0, heads * width));
        Value turned = builder.Node("Reshape", Turn(builder, turning, table, heads, interleaved), builder.Integers(0, 0, heads, width));
        Value joined = builder.Node("Concat", [turned, parts[1]], ("axis", 3L));
        return builder.Node("Reshape", joined, builder.Integers(0, 0, heads * headSize));
    }

    /// <summary>Whether a node turns only a part of each head.</summary>
    public static bool IsPartial(Node node) => node.Is("RotaryEmbedding", Microsoft) && node.Attributes.Int32("rotary_embedding_dim", 0) > 0;

    private static Value Turn(GraphBuilder builder, Value rows, RotaryTable table, int heads, bool interleaved) => builder.Node(
        Microsoft, "RotaryEmbedding", [rows, table.Positions, table.Cosines, table.Sines],
        ("num_heads", (long)heads), ("interleaved", interleaved ? 1L : 0L), ("rotary_embedding_dim", 0L));
}
