using Engine.Onnx.Tensors;

namespace Engine.Onnx.Graphs;

/// <summary>Writes a graph down node by node, for passes and tests.</summary>
internal sealed class GraphBuilder(Graph graph)
{
    public GraphBuilder(int opset = 21)
        : this(new Graph { Opsets = new Dictionary<string, int> { [""] = opset, ["com.microsoft"] = 1 } })
    {
    }

    /// <summary>What has been written so far.</summary>
    public Graph Graph { get; } = graph;

    /// <summary>Adds an input of known type and rank; -1 is a size that varies.</summary>
    public Value Input(string name, ElementType type, params int[] sizes) =>
        Graph.AddInput(name, type, [.. sizes.Select(size => new Dimension(size, ""))]);

    /// <summary>Adds a constant.</summary>
    public Value Constant(string name, Tensor tensor)
    {
        tensor.MakeReadOnly();
        return Graph.AddInitializer(name, tensor);
    }

    /// <summary>Adds a constant under a name of its own.</summary>
    public Value Constant(Tensor tensor) => Constant(Graph.NewValue("constant").Name, tensor);

    /// <summary>Adds a constant of 64-bit integers.</summary>
    public Value Integers(params ReadOnlySpan<long> values) => Constant(Tensor.Create(values));

    /// <summary>Adds a node with one output.</summary>
    public Value Node(string operatorType, params Value?[] inputs) => Node("", operatorType, inputs);

    /// <summary>Adds a node with one output and attributes.</summary>
    public Value Node(string operatorType, Value?[] inputs, params (string Name, object Value)[] attributes) => Node("", operatorType, inputs, attributes);

    /// <summary>Adds a node of another domain with one output and attributes.</summary>
    public Value Node(string domain, string operatorType, Value?[] inputs, params (string Name, object Value)[] attributes)
    {
        Value output = Graph.AddNode(domain, operatorType, operatorType.ToLowerInvariant(), inputs);

        // ONNX Runtime wants names of nodes to be different, as those of values are.
        output.Producer!.Name = output.Name;
        foreach ((string name, object value) in attributes)
        {
            output.Producer!.Attributes.Set(name, value);
        }

        return output;
    }

    /// <summary>Adds a node with several outputs and attributes.</summary>
    public Value[] Nodes(string operatorType, Value?[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        Node node = Node(operatorType, inputs, attributes).Producer!;
        for (int i = 1; i < outputs; i++)
        {
            node.SetOutput(i, Graph.NewValue(node.Name));
        }

        return [.. node.Outputs.OfType<Value>()];
    }

    /// <summary>Makes a value an output.</summary>
    public GraphBuilder Output(string name, Value value)
    {
        value.Name = name;
        Graph.AddOutput(value);
        return this;
    }
}
