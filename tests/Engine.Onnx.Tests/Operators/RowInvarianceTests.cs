using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Tests.Operators;

/// <summary>A row gives the same bits alone and among others, whatever their number and the number of threads.</summary>
public sealed class RowInvarianceTests
{
    private static readonly string[] Functions = ["Sigmoid", "Tanh", "Exp", "Log", "Sqrt", "Sin", "Cos", "Erf", "Softplus", "Reciprocal", "Neg", "Softmax"];
    private static readonly string[] Reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceL2", "ReduceSumSquare"];

    public static TheoryData<string, int> Cases
    {
        get
        {
            TheoryData<string, int> cases = [];
            foreach (string operatorType in (string[])[.. Functions, .. Reductions])
            {
                foreach (int columns in (int[])[1, 3, 17, 64, 515])
                {
                    cases.Add(operatorType, columns);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_RowAloneAndAmongOthers_GivesTheSameBits(string operatorType, int columns)
    {
        const int rows = 70;
        using OnnxSession session = Create(operatorType, columns);
        Random random = new(7);
        float[] values = [.. Enumerable.Range(0, rows * columns).Select(_ => (random.NextSingle() * 8) + 0.01f)];
        float[] all = Run(session, values, rows, columns);
        int width = all.Length / rows;
        for (int row = 0; row < rows; row += 23)
        {
            float[] alone = Run(session, values[(row * columns)..((row + 1) * columns)], 1, columns);
            Assert.Equal(all[(row * width)..((row + 1) * width)].Select(BitConverter.SingleToInt32Bits), alone.Select(BitConverter.SingleToInt32Bits));
        }
    }

    private static OnnxSession Create(string operatorType, int columns)
    {
        GraphBuilder builder = new();
        Value x = builder.Input("x", ElementType.Float32, -1, columns);
        builder.Output("y", Reductions.Contains(operatorType) ? builder.Node(operatorType, x, builder.Constant("axes", Tensor.Create<long>(-1))) : builder.Node(operatorType, x));
        return OnnxSession.Create(builder.Graph, new OnnxSessionOptions { Threads = 2 });
    }

    private static float[] Run(OnnxSession session, float[] values, int rows, int columns)
    {
        using Tensor x = Tensor.Create<float>(values, new Shape(rows, columns));
        using Tensor y = session.Run(new Dictionary<string, Tensor> { ["x"] = x })["y"];
        return y.AsReadOnlySpan<float>().ToArray();
    }
}
