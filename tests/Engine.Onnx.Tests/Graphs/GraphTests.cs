using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Graphs;

public sealed class GraphTests
{
    [Fact]
    public void SetInput_OtherValue_MovesTheConsumer()
    {
        GraphBuilder builder = new();
        Value a = builder.Input("a", ElementType.Float32, 2);
        Value b = builder.Input("b", ElementType.Float32, 2);
        Node node = builder.Node("Add", a, a).Producer!;
        Assert.Equal(2, a.Consumers.Count);
        node.SetInput(1, b);
        Assert.Equal([node], a.Consumers);
        Assert.Equal([node], b.Consumers);
    }

    [Fact]
    public void ReplaceUses_OfAnOutput_KeepsItsName()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        Value y = builder.Node("Neg", x);
        Value z = builder.Node("Abs", y);
        builder.Output("result", y).Output("other", z);
        Value replacement = builder.Node("Sqrt", x);
        builder.Graph.ReplaceUses(y, replacement);
        Assert.Same(replacement, builder.Graph.FindOutput("result"));
        Assert.Same(replacement, z.Producer!.Inputs[0]);
        Assert.Empty(y.Consumers);
    }

    [Fact]
    public void RemoveNode_DetachesItsEdges()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        Value y = builder.Node("Neg", x);
        builder.Graph.RemoveNode(y.Producer!);
        Assert.Null(y.Producer);
        Assert.Empty(x.Consumers);
        Assert.Empty(builder.Graph.Nodes);
    }

    [Fact]
    public void Attributes_OfAnotherKind_Throw()
    {
        NodeAttributes attributes = new();
        attributes.Set("axis", 1L);
        Assert.Equal(1, attributes.Int("axis", 0));
        Assert.Equal(7, attributes.Int("other", 7));
        Assert.Throws<InvalidModelException>(() => attributes.Float("axis", 0));
        Assert.Throws<InvalidModelException>(() => attributes.Int("missing"));
        attributes.Set("axes", Array.Empty<float>());
        Assert.Equal([], attributes.Ints("axes")!);
    }
}
