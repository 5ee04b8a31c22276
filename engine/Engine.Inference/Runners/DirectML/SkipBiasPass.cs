using Engine.Onnx.Graphs;
using Engine.Onnx.Optimization;

namespace Engine.Inference.Runners.DirectML;

/// <summary>Adds the bias of a normalisation that also adds in front of it: DirectML leaves it out of the sum.</summary>
internal sealed class SkipBiasPass : IGraphPass
{
    private const int Skip = 1;

    /// <summary>Whether anything was changed.</summary>
    public bool HasChanged { get; private set; }

    public void Run(Graph graph)
    {
        GraphBuilder builder = new(graph);
        foreach (Node node in graph.Nodes.ToArray())
        {
            int input = node.OperatorType switch
            {
                "SkipSimplifiedLayerNormalization" => 3,
                "SkipLayerNormalization" => 4,
                _ => -1,
            };
            if (input > 0 && node.Domain == "com.microsoft" && node.Input(input) is { } bias)
            {
                node.SetInput(Skip, builder.Node("Add", node.Input(Skip)!, bias));
                node.TrimInputs(input);
                HasChanged = true;
            }
        }
    }
}
