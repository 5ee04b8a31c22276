using Engine.Onnx.Graphs;

namespace Engine.Onnx.Optimization;

/// <summary>
/// A formula that a part of a graph may have: written as the nested nodes that compute it, over named inputs. The same name twice means the same value twice;
/// the operands of Add and Mul may be swapped.
/// </summary>
internal abstract class Pattern
{
    /// <summary>Any value, known by a name.</summary>
    public static Pattern Input(string name) => new InputPattern(name);

    /// <summary>A node of ONNX's own domain with one output, and what computes its inputs.</summary>
    public static Pattern Node(string operatorType, params Pattern[] inputs) => new NodePattern("", operatorType, inputs);

    /// <summary>A node of another domain.</summary>
    public static Pattern Node(string domain, string operatorType, params Pattern[] inputs) => new NodePattern(domain, operatorType, inputs);

    /// <summary>A constant that holds one number.</summary>
    public static Pattern Number(float value) => new NumberPattern(value);

    /// <summary>Whether a value is computed by this formula and its inner results by nobody else used.</summary>
    /// <param name="value">The result.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="match">What stands for the names, and the nodes that compute it.</param>
    public bool TryMatch(Value value, Graph graph, out PatternMatch match)
    {
        match = new PatternMatch();
        if (!Matches(value, match))
        {
            return false;
        }

        HashSet<Node> nodes = match.Nodes;
        return nodes.All(node => node.Output(0) is { } output && (output == value || (output.Consumers.All(nodes.Contains) && !graph.IsOutput(output))));
    }

    /// <summary>Matches one value and notes what it finds; on failure the notes are as before.</summary>
    protected abstract bool Matches(Value value, PatternMatch match);

    private sealed class InputPattern(string name) : Pattern
    {
        protected override bool Matches(Value value, PatternMatch match) => match.TryBind(name, value);
    }

    private sealed class NumberPattern(float number) : Pattern
    {
        protected override bool Matches(Value value, PatternMatch match)
        {
            Span<double> held = stackalloc double[1];
            return value.Constant is { ElementCount: 1 } constant && Operators.TensorValues.TryRead(constant, held) && Math.Abs(held[0] - number) <= 1e-3 * Math.Abs(number);
        }
    }

    private sealed class NodePattern(string domain, string operatorType, Pattern[] inputs) : Pattern
    {
        protected override bool Matches(Value value, PatternMatch match)
        {
            if (value.Producer is not { } node || !node.Is(operatorType, domain) || node.Inputs.Count != inputs.Length || node.Inputs.Contains(null))
            {
                return false;
            }

            PatternMatch before = match.Clone();
            match.Nodes.Add(node);
            if (InOrder(node, match, swapped: false))
            {
                return true;
            }

            match.Restore(before);
            match.Nodes.Add(node);
            if (operatorType is "Add" or "Mul" && inputs.Length == 2 && InOrder(node, match, swapped: true))
            {
                return true;
            }

            match.Restore(before);
            return false;
        }

        private bool InOrder(Node node, PatternMatch match, bool swapped)
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                if (!inputs[i].Matches(node.Inputs[swapped ? 1 - i : i]!, match))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
