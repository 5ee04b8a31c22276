using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests;

public sealed class OnnxSessionTests
{
    private static readonly OnnxSessionOptions OneThread = new() { Threads = 1 };

    [Fact]
    public void Run_SameShapesAndPreparedOutputs_AllocatesNothing()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, -1, 64);
        Value w = builder.Constant("w", Tensor.Create<float>(new float[64], new Shape(64)));
        Value sum = builder.Node("Add", x, w);
        Value flat = builder.Node("Reshape", sum, builder.Constant("shape", Tensor.Create<long>(-1)));
        Value total = builder.Node("ReduceSum", [flat], ("keepdims", 0L));
        builder.Output("y", builder.Node("Mul", builder.Node("Exp", sum), builder.Node("Tanh", total)));
        using OnnxSession session = OnnxSession.Create(builder.Graph, OneThread);
        Tensor?[] inputs = [Tensor.Allocate(ElementType.Float32, new Shape(3, 64))];
        Tensor?[] outputs = [Tensor.Allocate(ElementType.Float32, new Shape(3, 64))];
        for (int i = 0; i < 3; i++)
        {
            session.Run(inputs, outputs);
        }

        long buffers = session.BufferBytes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            session.Run(inputs, outputs);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(buffers, session.BufferBytes);
    }

    [Fact]
    public void Run_GivenInputs_AreNeverOverwritten()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        builder.Output("y", builder.Node("Neg", builder.Node("Identity", builder.Node("Neg", builder.Node("Identity", x)))));
        using OnnxSession session = OnnxSession.Create(builder.Graph, OneThread);
        using Tensor given = Tensor.Create<float>(1, 2);
        Tensor y = session.Run(new Dictionary<string, Tensor> { ["x"] = given })["y"];
        Assert.Equal([1, 2], y.AsReadOnlySpan<float>().ToArray());
        Assert.Equal([1, 2], given.AsReadOnlySpan<float>().ToArray());
    }

    [Fact]
    public void Run_OutputIsAnInputOrAConstant_IsACopy()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        Value w = builder.Constant("w", Tensor.Create<float>(3, 4));
        builder.Output("same", builder.Node("Identity", x));
        builder.Graph.AddOutput(x);
        builder.Graph.AddOutput(w);
        using OnnxSession session = OnnxSession.Create(builder.Graph, OneThread);
        using Tensor given = Tensor.Create<float>(1, 2);
        Tensor?[] outputs = new Tensor?[3];
        session.Run([given], outputs);
        given.AsSpan<float>().Clear();
        Assert.Equal([1, 2], outputs[0]!.AsReadOnlySpan<float>().ToArray());
        Assert.Equal([1, 2], outputs[1]!.AsReadOnlySpan<float>().ToArray());
        Assert.Equal([3, 4], outputs[2]!.AsReadOnlySpan<float>().ToArray());
    }

    [Fact]
    public void Run_ResultFedBack_SurvivesTheNextRun()
    {
        GraphBuilder builder = new();
        Value past = builder.Input("past", ElementType.Int64, -1);
        Value next = builder.Input("next", ElementType.Int64, 1);
        builder.Output("present", builder.Node("Concat", [past, next], ("axis", 0L)));
        using OnnxSession session = OnnxSession.Create(builder.Graph, OneThread);
        Tensor state = Tensor.Allocate(ElementType.Int64, new Shape(0));
        for (long i = 0; i < 5; i++)
        {
            Tensor?[] outputs = new Tensor?[1];
            session.Run([state, Tensor.Create(i)], outputs);
            state.Dispose();
            state = outputs[0]!;
        }

        Assert.Equal([0, 1, 2, 3, 4], state.AsReadOnlySpan<long>().ToArray());
    }

    [Fact]
    public void Run_PreparedOutputOfAnotherShape_NamesTheNode()
    {
        using OnnxSession session = Negation();
        Assert.Contains(
            "node 'neg#1' (Neg): output 0 is float [2], but the tensor prepared for it is float [3]",
            Assert.Throws<InvalidModelException>(() => session.Run([Tensor.Create<float>(1, 2)], [Tensor.Create<float>(1, 2, 3)])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_MissingOrMistypedInput_NamesIt()
    {
        using OnnxSession session = Negation();
        Assert.Contains("input 'x' is missing", Assert.Throws<ArgumentException>(() => session.Run([null], new Tensor?[1])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "input 'x' is int32 [2]; the model declares x: float [2]",
            Assert.Throws<ArgumentException>(() => session.Run([Tensor.Create<int>(1, 2)], new Tensor?[1])).Message,
            StringComparison.Ordinal);
        Assert.Contains("has no input 'z'; it has x", Assert.Throws<ArgumentException>(() => session.InputIndex("z")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AfterAFailure_ComputesAgain()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, -1);
        Value doubled = builder.Node("Add", x, x);
        builder.Output("y", builder.Node("Reshape", doubled, builder.Constant("shape", Tensor.Create<long>(2, 1))));
        using OnnxSession session = OnnxSession.Create(builder.Graph, OneThread);
        Assert.Throws<InvalidModelException>(() => session.Run([Tensor.Create<float>(1, 2, 3)], new Tensor?[1]));
        Tensor?[] outputs = new Tensor?[1];
        session.Run([Tensor.Create<float>(1, 2)], outputs);
        Assert.Equal([2, 4], outputs[0]!.AsReadOnlySpan<float>().ToArray());
    }

    [Fact]
    public void Create_UnsupportedOperators_NamesAllAtOnce()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        builder.Output("y", builder.Node("Frobnicate", builder.Node("Mangle", x)));
        Assert.Contains(
            "not supported: Frobnicate (opset 21), Mangle (opset 21)",
            Assert.Throws<InvalidModelException>(() => OnnxSession.Create(builder.Graph, OneThread)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, -10)]
    public void Run_Branches_ReadValuesAroundThem(bool condition, float expected)
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 1);
        Value scaled = builder.Node("Mul", x, builder.Constant("five", Tensor.Create<float>(5)));
        Value chosen = builder.Node("If", [builder.Input("condition", ElementType.Bool)], ("then_branch", Branch("Add", scaled)), ("else_branch", Branch("Neg", scaled)));
        builder.Output("y", builder.Node("Add", chosen, builder.Constant("zero", Tensor.Create<float>(0))));
        using OnnxSession session = OnnxSession.Create(builder.Graph, OneThread);
        for (int i = 0; i < 2; i++)
        {
            Tensor?[] outputs = new Tensor?[1];
            session.Run([Tensor.Create<float>(condition ? 1f : 2f), Tensor.Create<bool>([condition], Shape.Scalar)], outputs);
            Assert.Equal([expected], outputs[0]!.AsReadOnlySpan<float>().ToArray());
        }
    }

    [Fact]
    public void Create_AccuracyLevel_ReachesNodesInsideBranches()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 1, 32);
        Graph branch = Branch("Neg", x);
        Node product = new("com.microsoft", "MatMulNBits", "product");
        product.SetInput(0, x);
        branch.AddNode(product);
        builder.Node("If", [builder.Input("condition", ElementType.Bool)], ("then_branch", branch), ("else_branch", branch));
        builder.Output("y", builder.Node("Neg", x));
        using OnnxSession session = OnnxSession.Create(builder.Graph, new OnnxSessionOptions { Threads = 1, AccuracyLevel = 4 });
        Assert.Equal(4, product.Attributes.Int("accuracy_level", 0));
    }

    [Fact]
    public void Timings_WhenAskedFor_CountCallsByOperator()
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, 2);
        builder.Output("y", builder.Node("Exp", builder.Node("Neg", builder.Node("Neg", x))));
        using OnnxSession session = OnnxSession.Create(builder.Graph, new OnnxSessionOptions { Threads = 1, CollectTimings = true });
        session.Run([Tensor.Create<float>(1, 2)], new Tensor?[1]);
        Assert.Equal([("Exp", 1), ("Neg", 2)], session.Timings!.Rows.Select(row => (row.Operator, row.Calls)).Order());
    }

    private static Graph Branch(string operatorType, Value outer)
    {
        Graph branch = new() { Opsets = new Dictionary<string, int> { [""] = 21 } };
        branch.AddCaptured(outer);
        branch.AddOutput(operatorType == "Add" ? branch.AddNode("", "Add", "add", outer, outer) : branch.AddNode("", operatorType, "inner", outer));
        return branch;
    }

    private static OnnxSession Negation()
    {
        GraphBuilder builder = new();
        builder.Output("y", builder.Node("Neg", builder.Input("x", ElementType.Float32, 2)));
        return OnnxSession.Create(builder.Graph, OneThread);
    }
}
