using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Execution;

/// <summary>Turns a graph into an <see cref="ExecutionPlan"/>: sorts the nodes, numbers the values, finds each value's last reader.</summary>
internal sealed class Planner
{
    private readonly Graph _graph;
    private readonly Dictionary<Node, Operator> _operators;
    private readonly Dictionary<Value, int> _slots = [];
    private readonly List<Tensor?> _constants = [];

    private Planner(Graph graph, Dictionary<Node, Operator> operators)
    {
        _graph = graph;
        _operators = operators;
    }

    /// <param name="graph">The graph.</param>
    /// <param name="operators">The code of every node, those of inner graphs too.</param>
    /// <exception cref="InvalidModelException">The nodes depend on each other in a circle.</exception>
    public static ExecutionPlan Plan(Graph graph, Dictionary<Node, Operator> operators) => new Planner(graph, operators).Plan(outer: null);

    private ExecutionPlan Plan(Planner? outer)
    {
        int[] inputs = [.. _graph.Inputs.Select(SlotOf)];
        CapturedSlot[] captured = [.. _graph.Captured.Select(value => new CapturedSlot(outer!.SlotOf(value), SlotOf(value)))];
        List<Node> nodes = TopologicalOrder.Of(_graph);
        int[][] lastUses = LastUses(nodes);
        List<ExecutionStep> steps = [];
        for (int i = 0; i < nodes.Count; i++)
        {
            steps.Add(StepOf(nodes[i], lastUses[i]));
        }

        return new ExecutionPlan
        {
            Steps = [.. steps],
            Inputs = inputs,
            Outputs = Outputs(steps),
            Captured = captured,
            Intermediates = [.. nodes.SelectMany(node => node.Outputs).Where(value => value is not null && !_graph.IsOutput(value)).Select(value => SlotOf(value!))],
            Constants = [.. _constants],
        };
    }

    private int SlotOf(Value value)
    {
        if (!_slots.TryGetValue(value, out int slot))
        {
            slot = _slots.Count;
            _slots.Add(value, slot);
            _constants.Add(value.Constant);
        }

        return slot;
    }

    /// <summary>For each node, the computed values that nobody reads after it.</summary>
    private int[][] LastUses(List<Node> nodes)
    {
        HashSet<Value> computed = [.. nodes.SelectMany(node => node.Outputs).OfType<Value>().Where(value => !_graph.IsOutput(value))];
        int[][] lastUses = new int[nodes.Count][];
        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            // Whatever is met first from the end is used last; an output that nobody reads dies where it is made.
            IEnumerable<Value> touched = TopologicalOrder.ReadBy(nodes[i]).Concat(nodes[i].Outputs.OfType<Value>());
            lastUses[i] = [.. touched.Where(computed.Remove).Select(SlotOf)];
        }

        return lastUses;
    }

    private ExecutionStep StepOf(Node node, int[] lastUses)
    {
        Operator code = _operators[node];
        int[] inputs = [.. node.Inputs.Select(value => value is null ? -1 : SlotOf(value))];
        uint overwritable = 0;
        for (int i = 0; i < Math.Min(inputs.Length, 32); i++)
        {
            overwritable |= lastUses.Contains(inputs[i]) ? code.OverwritableInputs & (1u << i) : 0;
        }

        return new ExecutionStep
        {
            Node = node,
            Operator = code,
            Inputs = inputs,
            Outputs = [.. node.Outputs.Select(value => value is null ? -1 : SlotOf(value))],
            LastUses = lastUses,
            OverwritableInputs = overwritable,
            EscapingOutputs = [.. node.Outputs.Select(value => value is not null && _graph.IsOutput(value))],
            PreparedOutputs = new bool[node.Outputs.Count],
            Subgraphs = [.. node.Attributes.Subgraphs.Select(inner => new Subgraph(inner.Key, new Planner(inner.Value, _operators).Plan(this)))],
        };
    }

    private PlannedOutput[] Outputs(List<ExecutionStep> steps)
    {
        HashSet<Value> taken = [];
        PlannedOutput[] outputs = new PlannedOutput[_graph.Outputs.Count];
        for (int i = 0; i < outputs.Length; i++)
        {
            Value value = _graph.Outputs[i];
            int slot = SlotOf(value);
            ExecutionStep? step = value.Producer is { } producer && taken.Add(value) ? steps.Find(candidate => candidate.Node == producer) : null;
            outputs[i] = new PlannedOutput(slot, step, step is null ? 0 : Array.IndexOf(step.Outputs, slot));
        }

        return outputs;
    }
}
