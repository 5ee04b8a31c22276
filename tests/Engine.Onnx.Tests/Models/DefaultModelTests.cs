using Engine.Tests;

namespace Engine.Onnx.Tests.Models;

public sealed class DefaultModelTests
{
    /// <summary>The rendered "What is 2+2?", and what an independent implementation in single precision answers.</summary>
    private static readonly long[] Prompt =
    [
        1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198, 1, 4093, 198, 1780, 314, 216, 34, 27, 34, 47, 2, 198, 1, 520, 9531, 198,
    ];

    [Fact]
    public void Generate_DefaultModel_GivesTheGoldenTokens()
    {
        using OnnxModel model = OnnxModel.Load(Path.Combine(SharedData.Repository, "models/default/model.onnx"));
        using OnnxSession session = OnnxSession.Create(model);
        Assert.Equal([504, 2988, 288], new GreedyDecoder(session).Generate(Prompt, 3));
    }

    [Fact]
    public void Load_DefaultModel_SummarizesTheGraph()
    {
        using OnnxModel model = OnnxModel.Load(Path.Combine(SharedData.Repository, "models/default/model.onnx"));
        Assert.Empty(model.UnsupportedOperators);
        Assert.Equal(30, model.OperatorCounts["com.microsoft.GroupQueryAttention"]);
        Assert.Equal(21, model.Metadata.Opsets[""]);
        Assert.Equal("input_ids: int64 [batch_size,sequence_length]", model.Inputs[0].ToString());
        Assert.InRange(model.WeightBytes, 98_000_000, 99_000_000);
    }
}
