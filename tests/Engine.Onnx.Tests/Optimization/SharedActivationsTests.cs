using Engine.Onnx.Graphs;
using Engine.Onnx.Optimization.Fusions;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Optimization;

public sealed class SharedActivationsTests
{
    private const int Columns = 64;
    private const int BlockSize = 32;

    [Fact]
    public void Run_ProductsOfOneInput_BecomeOneNode()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, -1, Columns);
        builder.Output("a", Product(builder, x, 24, zeroPoints: true, level: 4)).Output("b", Product(builder, x, 40, zeroPoints: true, level: 4));
        new SharedActivations().Run(builder.Graph);
        Node fused = Assert.Single(builder.Graph.Nodes);
        Assert.Equal("engine.SharedMatMulNBits", fused.QualifiedType);
        Assert.Equal(["a", "b"], fused.Outputs.Select(output => output!.Name));
    }

    [Fact]
    public void Run_ProductsOfDifferentKinds_StayAsTheyAre()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, -1, Columns);
        Value y = builder.Input("y", ElementType.Float32, -1, Columns);
        builder.Output("a", Product(builder, x, 24, zeroPoints: true, level: 4)).Output("b", Product(builder, x, 24, zeroPoints: false, level: 4))
            .Output("c", Product(builder, x, 24, zeroPoints: true, level: 0)).Output("d", Product(builder, y, 24, zeroPoints: true, level: 4));
        new SharedActivations().Run(builder.Graph);
        Assert.Equal(4, builder.Graph.Nodes.Count(node => node.OperatorType == "MatMulNBits"));
    }

    [Theory]
    [InlineData(1, 1, 0, false)]
    [InlineData(1, 2, 4, false)]
    [InlineData(7, 2, 0, true)]
    [InlineData(7, 2, 4, true)]
    [InlineData(130, 1, 4, true)]
    [InlineData(130, 2, 0, false)]
    public void Run_SharedProducts_HaveTheBitsOfSeparateOnes(int rows, int threads, int level, bool zeroPoints)
    {
        int[] widths = [24, 400, 16];
        float[] x = [.. Enumerable.Range(0, rows * Columns).Select(i => MathF.Sin(i * 0.37f) * (1 + (i % 5)))];
        float[][] shared = Compute(x, rows, threads, level, zeroPoints, widths);
        for (int i = 0; i < widths.Length; i++)
        {
            Assert.Equal(Compute(x, rows, threads, level, zeroPoints, widths[i])[0], shared[i]);
        }
    }

    private static float[][] Compute(float[] x, int rows, int threads, int level, bool zeroPoints, params int[] widths)
    {
        GraphBuilder builder = new();
        Value input = builder.Input("x", ElementType.Float32, -1, Columns);
        foreach (int width in widths)
        {
            builder.Output($"y{width}", Product(builder, input, width, zeroPoints, level));
        }

        using OnnxSession session = OnnxSession.Create(builder.Graph, new OnnxSessionOptions { Threads = threads });
        IReadOnlyDictionary<string, Tensor> results = session.Run(new Dictionary<string, Tensor> { ["x"] = Tensor.Create<float>(x, new Shape(rows, Columns)) });
        return [.. widths.Select(width => results[$"y{width}"].AsReadOnlySpan<float>().ToArray())];
    }

    // The weight depends on its width alone, so that it is the same beside others as by itself.
    private static Value Product(GraphBuilder builder, Value x, int rows, bool zeroPoints, int level)
    {
        const int Blocks = Columns / BlockSize;
        Random random = new(rows);
        byte[] fields = new byte[rows * Columns / 2];
        random.NextBytes(fields);
        // Widths differ in whether scales are exactly fp16, and so in how they are packed.
        float[] scales = [.. Enumerable.Range(0, rows * Blocks).Select(i => rows == 24 ? (1 + (i % 7)) / 64f : 0.01f + (0.0003f * i))];
        List<Value?> inputs = [x, builder.Constant(Tensor.Create<byte>(fields, new Shape(rows, Blocks, BlockSize / 2))), builder.Constant(Tensor.Create<float>(scales, new Shape(rows * Blocks)))];
        if (zeroPoints)
        {
            byte[] points = new byte[rows * Blocks / 2];
            random.NextBytes(points);
            inputs.Add(builder.Constant(Tensor.Create<byte>(points, new Shape(points.Length))));
        }

        return builder.Node(
            "com.microsoft", "MatMulNBits", [.. inputs], ("K", (long)Columns), ("N", (long)rows), ("bits", 4L), ("block_size", (long)BlockSize), ("accuracy_level", (long)level));
    }
}
