using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.DirectML;

/// <summary>What no rewriting makes right on DirectML: refused by name before anything runs.</summary>
internal static class DirectMLLimits
{
    /// <summary>Checks a decoder's graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="signature">Its roles.</param>
    /// <exception cref="InvalidModelException">DirectML cannot run it; the message says why and what to do.</exception>
    public static void Check(Graph graph, ModelSignature signature)
    {
        if (signature.UseCache is { } choice)
        {
            throw Refusal($"it holds two decoders between which '{choice.Name}' chooses; export the model with a single decoder");
        }

        foreach (Value value in graph.Inputs.Concat(graph.Initializers))
        {
            if (value.ElementType == ElementType.BFloat16)
            {
                throw Refusal($"'{value.Name}' is bfloat16, which DirectML has not; export the model with half precision");
            }
        }

        foreach (Node node in graph.Nodes)
        {
            Check(node);
            foreach (Node inner in node.Attributes.Graphs.SelectMany(AllNodes))
            {
                Check(inner);
                if (inner.OperatorType is "GroupQueryAttention" or "MatMulNBits" or "RotaryEmbedding")
                {
                    throw Refusal($"{inner} is inside a branch or a loop, where it is not rewritten; export the model with a single decoder");
                }
            }
        }
    }

    /// <summary>The refusal, as one sentence.</summary>
    public static InvalidModelException Refusal(string what) => new($"The model cannot run on DirectML: {what}, or run it on the CPU.");

    /// <summary>Whether DirectML computes with it.</summary>
    public static bool IsHalfOrSingle(this ElementType type) => type is ElementType.Float32 or ElementType.Float16;

    private static void Check(Node node)
    {
        if (CudaLayout.Find(node) is string layout)
        {
            throw Refusal(layout);
        }

        if (node.Is("MultiHeadAttention", "com.microsoft") && node.Input(3) is not null && node.Input(6) is not null)
        {
            throw Refusal($"{node} takes a bias beside a past, which DirectML's operator refuses; export the model with GroupQueryAttention");
        }

        if (node.Is("MatMulNBits", "com.microsoft") && node.Input(4) is not null)
        {
            throw Refusal($"{node} reorders its columns (g_idx); quantise the model without act-order");
        }

        if (node.Is("Cast") && node.Attributes.Int("to", 0) == (long)ElementType.BFloat16)
        {
            throw Refusal($"{node} computes in bfloat16, which DirectML has not; export the model with half precision");
        }
    }

    private static IEnumerable<Node> AllNodes(Graph graph) => graph.Nodes.SelectMany(node => node.Attributes.Graphs.SelectMany(AllNodes).Prepend(node));
}
