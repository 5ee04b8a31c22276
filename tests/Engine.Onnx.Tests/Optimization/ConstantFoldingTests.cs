using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;
using Engine.Onnx.Optimization;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Optimization;

public sealed class ConstantFoldingTests
{
    [Fact]
    public void Run_ChainOfConstants_BecomesOneConstant()
    {
        GraphBuilder builder = new();
        Value scale = builder.Node("Cast", [builder.Constant("d", Tensor.Create<Half>((Half)2, (Half)4))], ("to", 1L));
        Value zeroPoint = builder.Node("Div", builder.Constant("m", Tensor.Create<float>(1, 1)), scale);
        Value x = builder.Input("x", ElementType.Float32, 2);
        builder.Output("y", builder.Node("Mul", builder.Node("Add", x, zeroPoint), scale));
        Fold(builder.Graph);
        Assert.Equal(["Add", "Mul"], builder.Graph.Nodes.Select(node => node.OperatorType));
        Assert.Equal([0.5f, 0.25f], zeroPoint.Constant!.AsReadOnlySpan<float>().ToArray());
        Assert.True(zeroPoint.Constant.IsReadOnly);
        Assert.Equal([scale, zeroPoint], builder.Graph.Initializers);
    }

    [Fact]
    public void Run_ViewOfAConstant_SharesItsMemory()
    {
        GraphBuilder builder = new();
        Value w = builder.Constant("w", Tensor.Create<float>(1, 2, 3, 4));
        Value shaped = builder.Node("Reshape", w, builder.Constant("shape", Tensor.Create<long>(2, 2)));
        builder.Output("y", builder.Node("Add", builder.Input("x", ElementType.Float32, 2, 2), shaped));
        Fold(builder.Graph);
        unsafe
        {
            Assert.Equal((nint)w.Constant!.Data, (nint)shaped.Constant!.Data);
        }
    }

    [Fact]
    public void Run_ConstantNode_KeepsItsValueAlive()
    {
        GraphBuilder builder = new();
        Value axes = builder.Node("Constant", [], ("value", Tensor.Create<long>(1)));
        builder.Output("y", builder.Node("ReduceSum", builder.Input("x", ElementType.Float32, 2, 2), axes));
        Fold(builder.Graph);
        Assert.NotNull(axes.Constant);
        for (int i = 0; i < 20; i++)
        {
            Tensor.Allocate(ElementType.Int64, new Shape(1)).AsSpan<long>()[0] = 99;
            GC.Collect();
            Assert.Equal(1, axes.Constant.AsReadOnlySpan<long>()[0]);
        }
    }

    [Fact]
    public void Run_ResultMuchLargerThanItsInputs_StaysAsItIs()
    {
        GraphBuilder builder = new();
        Value huge = builder.Node("ConstantOfShape", builder.Constant("shape", Tensor.Create<long>(1 << 20, 1 << 10)));
        builder.Output("y", builder.Node("Add", builder.Input("x", ElementType.Float32, 1), huge));
        Fold(builder.Graph);
        Assert.Equal(["ConstantOfShape", "Add"], builder.Graph.Nodes.Select(node => node.OperatorType));
    }

    [Fact]
    public void Run_WrongConstants_NamesTheNode()
    {
        GraphBuilder builder = new();
        builder.Output("y", builder.Node("Neg", builder.Node("Add", builder.Constant("a", Tensor.Create<float>(1, 2)), builder.Constant("b", Tensor.Create<float>(1, 2, 3)))));
        Assert.Contains("node 'add#1' (Add): shapes [2] and [3]", Assert.Throws<InvalidModelException>(() => Fold(builder.Graph)).Message, StringComparison.Ordinal);
    }

    private static void Fold(Graph graph)
    {
        using WorkerPool workers = new(1);
        new ConstantFolding(OperatorRegistry.Default, workers).Run(graph);
    }
}
