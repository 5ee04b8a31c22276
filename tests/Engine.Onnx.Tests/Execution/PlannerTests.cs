using Engine.Onnx.Execution;
using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;
using Engine.Onnx.Weights;

namespace Engine.Onnx.Tests.Execution;

public sealed class PlannerTests
{
    [Fact]
    public void Plan_NodesInAnyOrder_AreSorted()
    {
        Graph graph = new();
        Value x = graph.AddInput("x", ElementType.Float32);
        Value middle = new("middle");
        Value last = new("last");
        Node second = new("", "Abs", "second", 21);
        second.SetInput(0, middle);
        second.SetOutput(0, last);
        Node first = new("", "Neg", "first", 21);
        first.SetInput(0, x);
        first.SetOutput(0, middle);
        graph.AddNode(second);
        graph.AddNode(first);
        graph.AddOutput(last);
        Assert.Equal([first, second], Plan(graph).Steps.Select(step => step.Node));
    }

    [Fact]
    public void Plan_LastReader_ReleasesAndMayOverwrite()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        Value a = builder.Node("Neg", x);
        Value b = builder.Node("Add", a, x);
        builder.Output("y", builder.Node("Mul", a, b));
        ExecutionPlan plan = Plan(builder.Graph);
        Assert.Empty(plan.Steps[1].LastUses);
        Assert.Equal(0u, plan.Steps[0].OverwritableInputs);
        Assert.Equal(0u, plan.Steps[1].OverwritableInputs);
        Assert.Equal(2, plan.Steps[2].LastUses.Length);
        Assert.Equal(3u, plan.Steps[2].OverwritableInputs);
    }

    [Fact]
    public void Plan_ValueThatNobodyReads_DiesWhereItIsMade()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        builder.Node("Neg", x);
        builder.Output("y", builder.Node("Abs", x));
        Assert.Equal(Plan(builder.Graph).Steps[0].Outputs, Plan(builder.Graph).Steps[0].LastUses);
    }

    private static ExecutionPlan Plan(Graph graph)
    {
        using WorkerPool workers = new(1);
        using WeightStore weights = new([], new OnnxSessionOptions(), workers);
        Dictionary<Node, Operator> operators = [];
        OperatorFactory.Create(graph, OperatorRegistry.Default, workers, weights, operators);
        return Planner.Plan(graph, operators);
    }
}
