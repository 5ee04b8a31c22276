using Engine.Onnx.Graphs;
using Engine.Onnx.Optimization;
using Engine.Onnx.Optimization.Fusions;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Optimization;

public sealed class FusionTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Run_GateAndUp_BecomeOneNode(bool swapInner, bool swapOuter)
    {
        GraphBuilder builder = new();
        Value gate = builder.Input("gate", ElementType.Float32, 2);
        Value up = builder.Input("up", ElementType.Float32, 2);
        Value sigmoid = builder.Node("Sigmoid", gate);
        Value silu = swapInner ? builder.Node("Mul", sigmoid, gate) : builder.Node("Mul", gate, sigmoid);
        builder.Output("y", swapOuter ? builder.Node("Mul", up, silu) : builder.Node("Mul", silu, up));
        Fuse(builder.Graph);
        Node fused = Assert.Single(builder.Graph.Nodes);
        Assert.Equal("engine.SiluMultiply", fused.QualifiedType);
        Assert.Equal([gate, up], fused.Inputs);
        Assert.Equal("y", fused.Outputs[0]!.Name);
    }

    [Fact]
    public void Run_SigmoidReadElsewhere_StaysAsItIs()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        Value sigmoid = builder.Node("Sigmoid", x);
        builder.Output("y", builder.Node("Mul", x, sigmoid)).Output("s", sigmoid);
        Fuse(builder.Graph);
        Assert.Equal(["Sigmoid", "Mul"], builder.Graph.Nodes.Select(node => node.OperatorType));
    }

    [Fact]
    public void Run_SigmoidOfAnotherValue_StaysAsItIs()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        builder.Output("y", builder.Node("Mul", builder.Input("z", ElementType.Float32, 2), builder.Node("Sigmoid", x)));
        Fuse(builder.Graph);
        Assert.Equal(2, builder.Graph.Nodes.Count);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(1, 3)]
    public void Run_FusedGraph_ComputesTheFormula(int gateRows, int columns)
    {
        GraphBuilder builder = new();
        Value gate = builder.Input("gate", ElementType.Float32, gateRows, columns);
        Value up = builder.Input("up", ElementType.Float32, 2, columns);
        builder.Output("y", builder.Node("Mul", builder.Node("Mul", gate, builder.Node("Sigmoid", gate)), up));
        using OnnxSession session = OnnxSession.Create(builder.Graph, new OnnxSessionOptions { Threads = 1 });
        float[] g = [.. Enumerable.Range(0, gateRows * columns).Select(i => (i * 0.7f) - 2)];
        float[] u = [.. Enumerable.Range(0, 2 * columns).Select(i => 1.5f - i)];
        Tensor y = session.Run(new Dictionary<string, Tensor> { ["gate"] = Tensor.Create<float>(g, new Shape(gateRows, columns)), ["up"] = Tensor.Create<float>(u, new Shape(2, columns)) })["y"];
        for (int i = 0; i < u.Length; i++)
        {
            double x = g[i % g.Length];
            Assert.Equal(x / (1 + Math.Exp(-x)) * u[i], y.AsReadOnlySpan<float>()[i], 1e-5);
        }
    }

    private static void Fuse(Graph graph)
    {
        foreach (IGraphPass pass in ActivationFusions.All)
        {
            pass.Run(graph);
        }
    }
}
