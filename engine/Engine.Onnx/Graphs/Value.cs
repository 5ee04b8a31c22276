using Engine.Onnx.Tensors;

namespace Engine.Onnx.Graphs;

/// <summary>An edge of a graph: made by one node, or an input or an initializer, and read by any number of nodes.</summary>
internal sealed class Value(string name)
{
    private readonly List<Node> _consumers = [];

    public string Name { get; set; } = name;

    /// <summary>Type of the elements as far as it is known.</summary>
    public ElementType ElementType { get; set; }

    /// <summary>The dimensions as far as they are known; null when not even the rank is.</summary>
    public IReadOnlyList<Dimension>? Dimensions { get; set; }

    /// <summary>The node that computes it; null for inputs, initializers and values of an enclosing graph.</summary>
    public Node? Producer { get; internal set; }

    /// <summary>Its data when it is an initializer or has been folded.</summary>
    public Tensor? Constant { get; set; }

    /// <summary>The nodes that read it, once for each input position.</summary>
    public IReadOnlyList<Node> Consumers => _consumers;

    public ValueInfo Describe() => new(Name, ElementType, Dimensions);

    public override string ToString() => Name;

    internal void AddConsumer(Node node) => _consumers.Add(node);

    internal void RemoveConsumer(Node node) => _consumers.Remove(node);
}
