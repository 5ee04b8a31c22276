using Engine.Tests;

namespace Engine.Onnx.Tests.Models;

public sealed class DefaultModelTests
{
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
