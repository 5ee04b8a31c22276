using Engine.Onnx.Graphs;

namespace Engine.Onnx.Optimization;

/// <summary>Removes nodes whose results nobody reads, and constants that then serve nobody.</summary>
internal sealed class DeadNodeRemoval : IGraphPass
{
    public void Run(Graph graph)
    {
        HashSet<Node> alive = [];
        Stack<Node> work = new(graph.Outputs.Select(output => output.Producer).OfType<Node>());
        while (work.TryPop(out Node? node))
        {
            if (!alive.Add(node))
            {
                continue;
            }

            foreach (Value value in Execution.TopologicalOrder.ReadBy(node))
            {
                if (value.Producer is { } producer)
                {
                    work.Push(producer);
                }
            }
        }

        graph.RemoveNodes([.. graph.Nodes.Where(node => !alive.Contains(node))]);
        graph.RemoveUnusedInitializers();
    }
}
