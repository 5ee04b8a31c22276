using Engine.Onnx.Tensors;

namespace Engine.Onnx.Graphs;

/// <summary>
/// Nodes and the values between them. Passes edit it in place; every edit keeps producers and consumers right. Node order means nothing here:
/// the planner sorts.
/// </summary>
internal sealed class Graph(string name = "")
{
    private readonly List<Node> _nodes = [];
    private readonly List<Value> _inputs = [];
    private readonly List<Value> _outputs = [];
    private readonly List<Value> _captured = [];
    private readonly List<Value> _initializers = [];
    private int _fresh;

    public string Name { get; } = name;

    /// <summary>Operator set versions by domain, ONNX's own under the empty name.</summary>
    public Dictionary<string, int> Opsets { get; init; } = [];

    public IReadOnlyList<Node> Nodes => _nodes;

    public IReadOnlyList<Value> Inputs => _inputs;

    public IReadOnlyList<Value> Outputs => _outputs;

    /// <summary>Constants by the model's own names; those that no node reads any more stay until <see cref="RemoveUnusedInitializers"/>.</summary>
    public IReadOnlyList<Value> Initializers => _initializers;

    /// <summary>In a branch or loop body: the values of enclosing graphs that its nodes read.</summary>
    public IReadOnlyList<Value> Captured => _captured;

    /// <summary>Adds an input.</summary>
    public Value AddInput(string name, ElementType type, params IReadOnlyList<Dimension>? dimensions)
    {
        Value value = new(name) { ElementType = type, Dimensions = dimensions };
        _inputs.Add(value);
        return value;
    }

    public void AddInput(Value value) => _inputs.Add(value);

    /// <summary>Removes an input that no node reads any more.</summary>
    public void RemoveInput(Value value) => _inputs.Remove(value);

    public void AddOutput(Value value) => _outputs.Add(value);

    public void RemoveOutput(Value value) => _outputs.Remove(value);

    /// <summary>Makes output <paramref name="index"/> another value.</summary>
    public void SetOutput(int index, Value value) => _outputs[index] = value;

    /// <summary>Adds a constant.</summary>
    public Value AddInitializer(string name, Tensor tensor)
    {
        Value value = new(name);
        MakeInitializer(value, tensor);
        return value;
    }

    /// <summary>Makes a value that nothing computes any more a constant.</summary>
    public void MakeInitializer(Value value, Tensor tensor)
    {
        value.Constant = tensor;
        value.ElementType = tensor.ElementType;
        value.Dimensions = [.. tensor.Shape.Dimensions.ToArray().Select(size => new Dimension(size, ""))];
        _initializers.Add(value);
    }

    public void AddCaptured(Value value) => _captured.Add(value);

    /// <summary>A value with a name that no other has, for a node that a pass adds.</summary>
    public Value NewValue(string hint) => new($"{hint}#{++_fresh}");

    public void AddNode(Node node) => _nodes.Add(node);

    /// <summary>Adds a node of one output and returns that output.</summary>
    public Value AddNode(string domain, string operatorType, string name, params ReadOnlySpan<Value?> inputs)
    {
        Node node = new(domain, operatorType, name, Opsets.GetValueOrDefault(domain, 1));
        for (int i = 0; i < inputs.Length; i++)
        {
            node.SetInput(i, inputs[i]);
        }

        Value output = NewValue(name);
        node.SetOutput(0, output);
        _nodes.Add(node);
        return output;
    }

    /// <summary>Removes a node; the values it computed have no producer then.</summary>
    public void RemoveNode(Node node)
    {
        node.Detach();
        _nodes.Remove(node);
    }

    /// <summary>Removes nodes, all at once.</summary>
    public void RemoveNodes(ICollection<Node> nodes)
    {
        HashSet<Node> removed = [.. nodes];
        foreach (Node node in removed)
        {
            node.Detach();
        }

        _nodes.RemoveAll(removed.Contains);
    }

    /// <summary>Lets every reader of <paramref name="old"/>, outputs of the graph included, read <paramref name="replacement"/> instead. An output keeps its name.</summary>
    public void ReplaceUses(Value old, Value replacement)
    {
        foreach (Node node in old.Consumers.ToArray())
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (ReferenceEquals(node.Inputs[i], old))
                {
                    node.SetInput(i, replacement);
                }
            }
        }

        for (int i = 0; i < _outputs.Count; i++)
        {
            if (ReferenceEquals(_outputs[i], old))
            {
                (replacement.Name, old.Name) = (old.Name, replacement.Name);
                _outputs[i] = replacement;
            }
        }
    }

    public bool IsOutput(Value value) => _outputs.Contains(value);

    public bool IsInput(Value value) => _inputs.Contains(value);

    /// <summary>Input by name; null when there is none.</summary>
    public Value? FindInput(string name) => _inputs.Find(value => value.Name == name);

    /// <summary>Output by name; null when there is none.</summary>
    public Value? FindOutput(string name) => _outputs.Find(value => value.Name == name);

    /// <summary>Forgets the constants that neither a node nor an output reads.</summary>
    public void RemoveUnusedInitializers() => _initializers.RemoveAll(value => value.Consumers.Count == 0 && !_outputs.Contains(value));
}
