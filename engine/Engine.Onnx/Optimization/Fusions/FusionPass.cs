using Engine.Onnx.Graphs;

namespace Engine.Onnx.Optimization.Fusions;

/// <summary>Replaces a formula by one node of our own domain wherever it occurs.</summary>
/// <param name="formula">The formula.</param>
/// <param name="operatorType">The operator that computes it.</param>
/// <param name="inputs">Names of the formula, in the order of the operator's inputs.</param>
internal sealed class FusionPass(Pattern formula, string operatorType, params string[] inputs) : IGraphPass
{
    /// <summary>Domain of operators that no model file has and only passes make.</summary>
    public const string Domain = "engine";

    public void Run(Graph graph)
    {
        HashSet<Node> gone = [];
        foreach (Node node in graph.Nodes.ToArray())
        {
            if (gone.Contains(node) || node.Outputs.Count != 1 || node.Output(0) is not { } result || !formula.TryMatch(result, graph, out PatternMatch match))
            {
                continue;
            }

            Node fused = new(Domain, operatorType, node.Name);
            for (int i = 0; i < inputs.Length; i++)
            {
                fused.SetInput(i, match[inputs[i]]);
            }

            gone.UnionWith(match.Nodes);
            graph.RemoveNodes(match.Nodes);
            fused.SetOutput(0, result);
            graph.AddNode(fused);
        }
    }
}
