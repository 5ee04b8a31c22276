namespace Engine.Onnx.Graphs;

/// <summary>One operator of a graph with its inputs, outputs and attributes. Inputs and outputs that are left out are null.</summary>
internal sealed class Node
{
    private readonly List<Value?> _inputs = [];
    private readonly List<Value?> _outputs = [];

    /// <param name="domain">Empty for ONNX's own operators.</param>
    /// <param name="operatorType">Such as <c>MatMul</c>.</param>
    /// <param name="name">As the model gives it; may be empty.</param>
    /// <param name="opsetVersion">The version of the domain's operators that the model was written for.</param>
    public Node(string domain, string operatorType, string name = "", int opsetVersion = 1)
    {
        Domain = domain == "ai.onnx" ? "" : domain;
        OperatorType = operatorType;
        Name = name;
        OpsetVersion = opsetVersion;
    }

    public string Domain { get; }

    public string OperatorType { get; }

    public string Name { get; set; }

    public int OpsetVersion { get; }

    public NodeAttributes Attributes { get; init; } = new();

    public IReadOnlyList<Value?> Inputs => _inputs;

    public IReadOnlyList<Value?> Outputs => _outputs;

    /// <summary>The operator with its domain, as messages write it: <c>com.microsoft.MatMulNBits</c>.</summary>
    public string QualifiedType => Domain.Length == 0 ? OperatorType : $"{Domain}.{OperatorType}";

    /// <summary>Input <paramref name="index"/>; null when it is left out.</summary>
    public Value? Input(int index) => index < _inputs.Count ? _inputs[index] : null;

    /// <summary>Output <paramref name="index"/>; null when it is left out.</summary>
    public Value? Output(int index) => index < _outputs.Count ? _outputs[index] : null;

    /// <summary>Whether this is an operator of ONNX's own domain with this name.</summary>
    public bool Is(string operatorType, string domain = "") => OperatorType == operatorType && Domain == domain;

    /// <summary>Makes input <paramref name="index"/> read <paramref name="value"/>, adding left-out inputs before it where there are too few.</summary>
    public void SetInput(int index, Value? value)
    {
        while (_inputs.Count <= index)
        {
            _inputs.Add(null);
        }

        _inputs[index]?.RemoveConsumer(this);
        _inputs[index] = value;
        value?.AddConsumer(this);
    }

    /// <summary>Makes output <paramref name="index"/> compute <paramref name="value"/>, which nothing else computes.</summary>
    public void SetOutput(int index, Value? value)
    {
        while (_outputs.Count <= index)
        {
            _outputs.Add(null);
        }

        if (_outputs[index] is { } old)
        {
            old.Producer = null;
        }

        _outputs[index] = value;
        if (value is not null)
        {
            value.Producer = this;
        }
    }

    /// <summary>Shortens the list of inputs.</summary>
    public void TrimInputs(int count)
    {
        for (int i = _inputs.Count - 1; i >= count; i--)
        {
            _inputs[i]?.RemoveConsumer(this);
            _inputs.RemoveAt(i);
        }
    }

    /// <summary>Takes it out of the edges it reads and computes; its graph forgets it.</summary>
    internal void Detach()
    {
        TrimInputs(0);
        for (int i = 0; i < _outputs.Count; i++)
        {
            SetOutput(i, null);
        }
    }

    /// <summary>As messages write it: <c>node '/model/layers.0/mlp/Mul' (Mul)</c>.</summary>
    public override string ToString() => Name.Length > 0 ? $"node '{Name}' ({QualifiedType})"
        : _outputs.FirstOrDefault(output => output is not null) is { } output ? $"the node that computes '{output.Name}' ({QualifiedType})"
        : $"a node without a name ({QualifiedType})";
}
