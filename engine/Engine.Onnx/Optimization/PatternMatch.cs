using Engine.Onnx.Graphs;

namespace Engine.Onnx.Optimization;

/// <summary>What a <see cref="Pattern"/> has found.</summary>
internal sealed class PatternMatch
{
    private Dictionary<string, Value> _values = [];

    /// <summary>The nodes that compute the formula.</summary>
    public HashSet<Node> Nodes { get; private set; } = [];

    /// <summary>The value that stands for a name.</summary>
    public Value this[string name] => _values[name];

    public bool TryBind(string name, Value value) => _values.TryAdd(name, value) || _values[name] == value;

    public PatternMatch Clone() => new() { _values = new(_values), Nodes = [.. Nodes] };

    public void Restore(PatternMatch before)
    {
        _values = new(before._values);
        Nodes = [.. before.Nodes];
    }
}
