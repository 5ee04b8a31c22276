using Engine.Onnx.Graphs;

namespace Engine.Onnx.Execution;

/// <summary>Sorts nodes so that each comes after those whose results it reads; otherwise the graph's own order stays.</summary>
internal static class TopologicalOrder
{
    /// <exception cref="InvalidModelException">The nodes depend on each other in a circle.</exception>
    public static List<Node> Of(Graph graph)
    {
        HashSet<Node> own = [.. graph.Nodes];
        Dictionary<Node, int> waitsFor = [];
        Dictionary<Node, List<Node>> waiters = [];
        PriorityQueue<Node, int> ready = new();
        Dictionary<Node, int> position = [];
        foreach (Node node in graph.Nodes)
        {
            position[node] = position.Count;
            HashSet<Node> producers = [.. ReadBy(node).Select(value => value.Producer).OfType<Node>().Where(own.Contains)];
            waitsFor[node] = producers.Count;
            foreach (Node producer in producers)
            {
                (waiters.TryGetValue(producer, out List<Node>? list) ? list : waiters[producer] = []).Add(node);
            }

            if (producers.Count == 0)
            {
                ready.Enqueue(node, position[node]);
            }
        }

        List<Node> sorted = new(graph.Nodes.Count);
        while (ready.TryDequeue(out Node? node, out _))
        {
            sorted.Add(node);
            foreach (Node waiter in waiters.GetValueOrDefault(node, []))
            {
                if (--waitsFor[waiter] == 0)
                {
                    ready.Enqueue(waiter, position[waiter]);
                }
            }
        }

        return sorted.Count == graph.Nodes.Count ? sorted
            : throw new InvalidModelException($"{waitsFor.First(pair => pair.Value > 0).Key} depends on its own result; the graph has a circle, export it again.");
    }

    /// <summary>The values that a node reads, those that its inner graphs take from outside included.</summary>
    public static IEnumerable<Value> ReadBy(Node node) =>
        node.Inputs.OfType<Value>().Concat(node.Attributes.Graphs.SelectMany(graph => graph.Captured));
}
