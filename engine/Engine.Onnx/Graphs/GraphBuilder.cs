using Engine.Onnx.Tensors;

namespace Engine.Onnx.Graphs;

/// <summary>Writes a graph down node by node, for passes and tests.</summary>
internal sealed class GraphBuilder(int opset = 21)
{
    /// <summary>What has been written so far.</summary>
    public Graph Graph { get; } = new() { Opsets = new Dictionary<string, int> { [""] = opset, ["com.microsoft"] = 1 } };

    /// <summary>Adds an input of known type and rank; -1 is a size that varies.</summary>
    public Value Input(string name, ElementType type, params int[] sizes) =>
        Graph.AddInput(name, type, [.. sizes.Select(size => new Dimension(size, ""))]);

    /// <summary>Adds a constant.</summary>
    public Value Constant(string name, Tensor tensor)
    {
        tensor.MakeReadOnly();
        return Graph.AddInitializer(name, tensor);
    }

    /// <summary>Adds a node with one output.</summary>
    public Value Node(string operatorType, params Value?[] inputs) => Graph.AddNode("", operatorType, operatorType.ToLowerInvariant(), inputs);

    /// <summary>Adds a node with one output and attributes.</summary>
    public Value Node(string operatorType, Value?[] inputs, params (string Name, object Value)[] attributes)
    {
        Value output = Node(operatorType, inputs);
        foreach ((string name, object value) in attributes)
        {
            output.Producer!.Attributes.Set(name, value);
        }

        return output;
    }

    /// <summary>Makes a value an output.</summary>
    public GraphBuilder Output(string name, Value value)
    {
        value.Name = name;
        Graph.AddOutput(value);
        return this;
    }
}
