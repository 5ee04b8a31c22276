using Engine.Onnx.Graphs;
using Engine.Onnx.Threading;
using Engine.Onnx.Weights;

namespace Engine.Onnx.Operators;

/// <summary>Makes the code of a graph's nodes and lets it prepare its constants.</summary>
internal static class OperatorFactory
{
    /// <param name="graph">The optimized graph.</param>
    /// <param name="registry">The known operators.</param>
    /// <param name="workers">Threads for the preparation.</param>
    /// <param name="weights">Where quantised weights come from.</param>
    /// <param name="operators">Receives the operators, also those made before a failure.</param>
    /// <exception cref="InvalidModelException">Operators are not supported (all are named), or a node is wrong.</exception>
    public static void Create(Graph graph, OperatorRegistry registry, WorkerPool workers, WeightStore weights, Dictionary<Node, Operator> operators)
    {
        List<Node> nodes = [.. Nodes(graph)];
        string[] unsupported = [.. nodes.Where(node => !registry.Supports(node)).Select(node => $"{node.QualifiedType} (opset {node.OpsetVersion})").Distinct().Order(StringComparer.Ordinal)];
        if (unsupported.Length > 0)
        {
            throw new InvalidModelException($"the model uses operators that are not supported: {string.Join(", ", unsupported)}; run it with another runner.");
        }

        Dictionary<Value, int> readers = [];
        foreach (Value value in nodes.SelectMany(node => node.Inputs).OfType<Value>().Where(value => value.Constant is not null))
        {
            readers[value] = readers.GetValueOrDefault(value) + 1;
        }

        foreach (Node node in nodes)
        {
            Operator code = registry.Create(node);
            operators.Add(node, code);
            PrepackContext context = new(node, workers, weights);
            code.Prepack(context);
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                // The last reader that lets go frees a folded constant, and the pages of a mapped one: else the weights would be in memory twice.
                if (node.Input(i) is { Constant: { } constant } value && context.IsReleased(i) && --readers[value] == 0 && !graph.IsOutput(value))
                {
                    constant.ReleasePages();
                    value.Constant = null;
                }
            }
        }
    }

    private static IEnumerable<Node> Nodes(Graph graph) => graph.Nodes.SelectMany(node => node.Attributes.Graphs.SelectMany(Nodes).Prepend(node));
}
