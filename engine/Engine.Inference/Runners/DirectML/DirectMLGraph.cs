using Engine.Onnx.Graphs;
using Engine.Onnx.Optimization;

namespace Engine.Inference.Runners.DirectML;

/// <summary>A decoder's graph as DirectML computes it right.</summary>
/// <param name="HasChanged">Whether anything had to be rewritten.</param>
/// <param name="HasAttention">Whether it had attention operators, which say how past and present are kept.</param>
/// <param name="SharesPastAndPresent">Whether past and present are one tensor: what DirectML's attention operator takes. Otherwise the present grows.</param>
internal sealed record DirectMLGraph(bool HasChanged, bool HasAttention, bool SharesPastAndPresent)
{
    private const int OldestOpset = 18;

    /// <summary>Rewrites a graph in place.</summary>
    /// <param name="graph">The graph, as its file has it.</param>
    /// <param name="signature">Its roles.</param>
    /// <param name="positionsName">What an input for positions is called where the graph has none yet.</param>
    /// <exception cref="Engine.Onnx.InvalidModelException">DirectML cannot run it; the message says why and what to do.</exception>
    public static DirectMLGraph Rewrite(Graph graph, ModelSignature signature, string positionsName)
    {
        DirectMLLimits.Check(graph, signature);
        AttentionPass attention = new(signature, positionsName);
        QuantizedProductPass products = new();
        SkipBiasPass biases = new();
        DequantizedWeightPass weights = new();
        attention.Run(graph);
        products.Run(graph);
        biases.Run(graph);
        weights.Run(graph);
        bool hasChanged = attention.HasChanged || products.HasChanged || biases.HasChanged || weights.HasChanged;
        if (hasChanged && graph.Opsets.GetValueOrDefault("", 1) < OldestOpset)
        {
            throw DirectMLLimits.Refusal($"it is laid out for another provider, and opset {graph.Opsets.GetValueOrDefault("", 1)} is too old to rewrite (at least {OldestOpset}); export the model for dml");
        }

        new DeadNodeRemoval().Run(graph);
        bool hasOperator = graph.Nodes.Any(node => node.Is("GroupQueryAttention", "com.microsoft"));
        return new DirectMLGraph(hasChanged, hasOperator || attention.IsPlain, hasOperator);
    }
}
