using Engine.Onnx.Graphs;

namespace Engine.Onnx.Format;

/// <summary>The names that a graph's nodes may read: its own, then those of the graphs around it.</summary>
internal sealed class Scope(Graph graph, Scope? parent)
{
    private readonly Dictionary<string, Value> _own = [];
    private readonly HashSet<Value> _captured = [];

    public Graph Graph { get; } = graph;

    /// <summary>A new value under a new name; null when the graph has that name already.</summary>
    public Value? TryDeclare(string name)
    {
        Value value = new(name);
        return _own.TryAdd(name, value) ? value : null;
    }

    public Value? FindOwn(string name) => _own.GetValueOrDefault(name);

    /// <summary>The value of a name. One that belongs to an enclosing graph is noted as captured by every graph on the way.</summary>
    public Value? Find(string name)
    {
        if (_own.TryGetValue(name, out Value? own))
        {
            return own;
        }

        Value? outer = parent?.Find(name);
        if (outer is not null && _captured.Add(outer))
        {
            Graph.AddCaptured(outer);
        }

        return outer;
    }
}
