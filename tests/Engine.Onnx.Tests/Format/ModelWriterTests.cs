using Engine.Onnx.Format;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Format;

public sealed class ModelWriterTests
{
    [Fact]
    public void Write_WhatWasRead_GivesTheSameModel()
    {
        byte[] first = Everything();
        using OnnxModel model = OnnxModel.Load(first);

        byte[] second = Rewrite(model);

        Assert.Equal(first, second);
        Assert.Equal(["", "com.microsoft"], model.Metadata.Opsets.Keys.Order());
        Assert.Equal("tests", model.Metadata.ProducerName);
    }

    [Fact]
    public void Write_NodesInAnyOrder_PutsProducersFirst()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, -1);
        Value negative = builder.Node("Neg", x);
        builder.Output("y", builder.Node("Abs", negative));
        Node producer = negative.Producer!;
        builder.Graph.RemoveNode(producer);
        Node late = new("", "Neg", "late");
        late.SetInput(0, x);
        late.SetOutput(0, negative);
        builder.Graph.AddNode(late);

        using OnnxModel model = OnnxModel.Load(Write(builder.Graph));

        using OnnxSession session = OnnxSession.Create(model);
        Assert.Equal([2f, 1f], session.Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Create(2f, -1f) })["y"].AsReadOnlySpan<float>().ToArray());
    }

    [Fact]
    public void Write_TensorWithAPlace_NamesFileOffsetAndLength()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("w.data"), [0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64]);
        using OnnxModel inline = OnnxModel.Load(TestModel.Inline());
        Graph graph = inline.Retain();
        File.WriteAllBytes(folder.File("model.onnx"), new ModelWriter(_ => new WeightPlace("w.data", 4)).Write(graph, inline.Metadata));
        inline.Release();

        using OnnxModel model = OnnxModel.Load(folder.File("model.onnx"));

        using OnnxSession session = OnnxSession.Create(model);
        Assert.Equal([11f, 22f, 33f], session.Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Create(10f, 20f, 30f) })["y"].AsReadOnlySpan<float>().ToArray());
    }

    private static byte[] Rewrite(OnnxModel model)
    {
        Graph graph = model.Retain();
        byte[] bytes = new ModelWriter(_ => null).Write(graph, model.Metadata);
        model.Release();
        return bytes;
    }

    private static byte[] Write(Graph graph) =>
        new ModelWriter(_ => null).Write(graph, new ModelMetadata(10, "tests", "1", graph.Opsets, new Dictionary<string, string> { ["key"] = "value" }));

    // Every kind of attribute, a branch that reads outside values, left-out inputs, sizes fixed, named and unknown.
    private static byte[] Everything()
    {
        GraphBuilder builder = new();
        Value x = builder.Graph.AddInput("x", ElementType.Float32, new Dimension(-1, "rows"), new Dimension(4, ""), new Dimension(-1, ""));
        Value condition = builder.Input("condition", ElementType.Bool);
        Value clipped = builder.Node("Clip", [x, null, builder.Constant("limit", Tensor.Create([1f], Shape.Scalar))], ("text", "é"), ("number", -7L), ("fraction", 0.5f));
        Value other = builder.Node(
            "com.microsoft", "Unknown", [clipped], ("ints", (long[])[1, -2]), ("floats", (float[])[1, 2.5f]), ("texts", (string[])["a", "b"]), ("tensor", Tensor.Create<long>(1, 2, 3)));
        Graph inner = new() { Opsets = builder.Graph.Opsets };
        Value result = inner.AddNode("", "Relu", "relu", other);
        inner.AddCaptured(other);
        inner.AddOutput(result);
        builder.Output("y", builder.Node("If", [condition], ("then_branch", inner), ("else_branch", inner)));
        return Write(builder.Graph);
    }
}
