using Engine.Inference.Runners.Rewriting;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Tests.Runners.Rewriting;

/// <summary>Each pattern that keeps tokens apart, and each that would mix them.</summary>
public class RowWiseRulesTests
{
    private readonly Dictionary<Value, TokenRows> _rows = [];

    private Value Rows(long[] dimensions, int axis)
    {
        Value value = new($"rows{_rows.Count}");
        _rows.Add(value, new TokenRows(dimensions, axis));
        return value;
    }

    private static Value Weights(params int[] sizes) => new("weights") { Constant = Tensor.Allocate(ElementType.Float32, new Shape(sizes)) };

    private static Value Integers(params long[] values) => new("integers") { Constant = Tensor.Create<long>(values, new Shape(values.Length)) };

    private TokenRows? Apply(string type, Value?[] inputs, params (string Name, object Value)[] attributes) => All(type, 1, inputs, attributes)?[0];

    private TokenRows?[]? All(string type, int outputs, Value?[] inputs, params (string Name, object Value)[] attributes)
    {
        string domain = type is "RotaryEmbedding" or "MatMulNBits" or "QMoE" or "SkipSimplifiedLayerNormalization" or "GatherBlockQuantized" ? "com.microsoft" : "";
        Node node = new(domain, type, "node", 21);
        foreach ((string name, object value) in attributes)
        {
            node.Attributes.Set(name, value);
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            node.SetInput(i, inputs[i]);
        }

        for (int i = 0; i < outputs; i++)
        {
            node.SetOutput(i, new Value($"output{i}"));
        }

        return RowWiseRules.Apply(node, value => _rows.GetValueOrDefault(value));
    }

    private static void AssertRows(long[] dimensions, int axis, TokenRows? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(dimensions, actual.Dimensions);
        Assert.Equal(axis, actual.Axis);
    }

    [Fact]
    public void Gather_TokenIdsFromATable_GivesARowAToken() =>
        AssertRows([1, 1, 64], 1, Apply("Gather", [Weights(256, 64), Rows([1, 1], 1)]));

    [Fact]
    public void Gather_AlongTheTokens_Mixes() => Assert.Null(Apply("Gather", [Rows([1, 1, 64], 1), Integers(0)], ("axis", 1L)));

    [Fact]
    public void GatherBlockQuantized_PackedNibbles_HasTwiceTheWidth()
    {
        Value packed = new("packed") { Constant = Tensor.Allocate(ElementType.UInt8, new Shape(256, 32)) };

        AssertRows([1, 1, 64], 1, Apply("GatherBlockQuantized", [packed, Rows([1, 1], 1), Weights(256, 2)], ("quantize_axis", 1L), ("bits", 4L)));
    }

    [Fact]
    public void MatMul_ByWeights_ChangesTheWidth() => AssertRows([1, 1, 96], 1, Apply("MatMul", [Rows([1, 1, 64], 1), Weights(64, 96)]));

    [Fact]
    public void MatMul_OfRowsByRows_Mixes() => Assert.Null(Apply("MatMul", [Rows([1, 1, 64], 1), Rows([1, 64, 1], 2)]));

    [Fact]
    public void MatMul_OverTheTokens_Mixes() => Assert.Null(Apply("MatMul", [Rows([1, 64, 1], 2), Weights(5, 96)]));

    [Fact]
    public void MatMulNBits_HasItsOwnWidth() => AssertRows([1, 1, 96], 1, Apply("MatMulNBits", [Rows([1, 1, 64], 1), Weights(96, 2, 16), Weights(96, 2)], ("N", 96L)));

    [Theory]
    [InlineData(new[] { 64 }, true)]
    [InlineData(new[] { 1, 1, 64 }, true)]
    [InlineData(new int[0], true)]
    [InlineData(new[] { 1, 7, 64 }, false)]
    public void Add_AConstant_MustBeTheSameForAllTokens(int[] sizes, bool rowWise)
    {
        TokenRows? result = Apply("Add", [Rows([1, 1, 64], 1), Weights(sizes)]);

        Assert.Equal(rowWise, result is not null);
    }

    [Fact]
    public void Add_RowsOfOtherPlaces_Mixes() => Assert.Null(Apply("Add", [Rows([1, 1, 64], 1), Rows([1, 64, 1], 2)]));

    [Fact]
    public void Add_HeadsOfATokenToTheToken_Mixes() => Assert.Null(Apply("Add", [Rows([1, 4, 16], 1), Rows([1, 1, 16], 1)]));

    [Theory]
    [InlineData(-1L, true)]
    [InlineData(2L, true)]
    [InlineData(1L, false)]
    [InlineData(0L, false)]
    public void LayerNormalization_OverWhichAxes_Decides(long axis, bool rowWise) =>
        Assert.Equal(rowWise, Apply("LayerNormalization", [Rows([1, 1, 64], 1), Weights(64)], ("axis", axis)) is not null);

    [Theory]
    [InlineData(-1L, true)]
    [InlineData(1L, false)]
    public void Softmax_AlongWhichAxis_Decides(long axis, bool rowWise) =>
        Assert.Equal(rowWise, Apply("Softmax", [Rows([1, 1, 64], 1)], ("axis", axis)) is not null);

    [Fact]
    public void SkipNormalization_KeepsBothResults()
    {
        Value rows = Rows([1, 1, 64], 1);
        Node node = new("com.microsoft", "SkipSimplifiedLayerNormalization");
        node.SetInput(0, rows);
        node.SetInput(1, Rows([1, 1, 64], 1));
        node.SetInput(2, Weights(64));
        node.SetOutput(0, new Value("normed"));
        node.SetOutput(3, new Value("sum"));

        TokenRows?[]? results = RowWiseRules.Apply(node, value => _rows.GetValueOrDefault(value));

        AssertRows([1, 1, 64], 1, results![3]);
    }

    [Theory]
    [InlineData(new[] { 1L, 1, 64 }, 1, new[] { 0L, 0, 4, 16 }, new[] { 1L, 1, 4, 16 }, 1)]
    [InlineData(new[] { 1L, 1, 64 }, 1, new[] { 0L, -1, 16 }, new[] { 1L, 4, 16 }, 1)]
    [InlineData(new[] { 1L, 4, 16 }, 1, new[] { 0L, -1, 64 }, new[] { 1L, 1, 64 }, 1)]
    [InlineData(new[] { 1L, 1, 4, 16 }, 1, new[] { 0L, 0, -1 }, new[] { 1L, 1, 64 }, 1)]
    [InlineData(new[] { 1L, 1, 64 }, 1, new[] { -1L, 64 }, new[] { 1L, 64 }, 0)]
    [InlineData(new[] { 1L, 64 }, 0, new[] { 1L, -1, 64 }, new[] { 1L, 1, 64 }, 1)]
    public void Reshape_WithinATokensElements_MovesThem(long[] from, int axis, long[] shape, long[] expected, int expectedAxis) =>
        AssertRows(expected, expectedAxis, Apply("Reshape", [Rows(from, axis), Integers(shape)]));

    [Theory]
    [InlineData(new[] { 1L, 4, 1, 16 }, 2, new[] { 0L, -1, 64 })]
    [InlineData(new[] { 1L, 1, 64 }, 1, new[] { 1L, 5, 64 })]
    [InlineData(new[] { 1L, 1, 64 }, 1, new[] { 1L, 64, -1 })]
    [InlineData(new[] { 1L, 1, 64 }, 1, new[] { -1L, 128 })]
    public void Reshape_AcrossTokens_Mixes(long[] from, int axis, long[] shape) => Assert.Null(Apply("Reshape", [Rows(from, axis), Integers(shape)]));

    [Fact]
    public void Reshape_ToAComputedShape_Mixes() => Assert.Null(Apply("Reshape", [Rows([1, 1, 64], 1), new Value("computed")]));

    [Fact]
    public void Transpose_FollowsTheTokens() => AssertRows([1, 4, 1, 16], 2, Apply("Transpose", [Rows([1, 1, 4, 16], 1)], ("perm", new long[] { 0, 2, 1, 3 })));

    [Fact]
    public void Split_OfTheWidth_GivesParts()
    {
        TokenRows?[]? parts = All("Split", 3, [Rows([1, 1, 96], 1), Integers(64, 16, 16)], ("axis", -1L));

        AssertRows([1, 1, 64], 1, parts![0]);
        AssertRows([1, 1, 16], 1, parts[2]);
    }

    [Fact]
    public void Split_OfTheTokens_Mixes() => Assert.Null(All("Split", 2, [Rows([1, 1, 96], 1)], ("axis", 1L)));

    [Fact]
    public void Slice_OfTheWidth_Shortens() => AssertRows([1, 1, 32], 1, Apply("Slice", [Rows([1, 1, 64], 1), Integers(32), Integers(long.MaxValue), Integers(-1)]));

    [Fact]
    public void Slice_OfTheTokens_Mixes() => Assert.Null(Apply("Slice", [Rows([1, 1, 64], 1), Integers(-1), Integers(long.MaxValue), Integers(1)]));

    [Fact]
    public void Concat_OfWidths_Adds() => AssertRows([1, 1, 96], 1, Apply("Concat", [Rows([1, 1, 64], 1), Rows([1, 1, 32], 1)], ("axis", -1L)));

    [Fact]
    public void Concat_OfTokens_Mixes() => Assert.Null(Apply("Concat", [Rows([1, 1, 64], 1), Rows([1, 1, 64], 1)], ("axis", 1L)));

    [Fact]
    public void SqueezeAndUnsqueeze_FollowTheTokens()
    {
        AssertRows([1, 64], 0, Apply("Squeeze", [Rows([1, 1, 64], 1), Integers(0)]));
        AssertRows([1, 1, 1, 64], 2, Apply("Unsqueeze", [Rows([1, 1, 64], 1), Integers(0)]));
    }

    [Fact]
    public void RotaryEmbedding_ByEachTokensPosition_KeepsThemApart() =>
        AssertRows([1, 1, 64], 1, Apply("RotaryEmbedding", [Rows([1, 1, 64], 1), Rows([1, 1], 1), Weights(512, 8), Weights(512, 8)]));

    [Fact]
    public void RotaryEmbedding_ByATableThatIsChosen_Mixes() =>
        Assert.Null(Apply("RotaryEmbedding", [Rows([1, 1, 64], 1), Rows([1, 1], 1), new Value("chosen"), new Value("chosen too")]));

    [Theory]
    [InlineData("DynamicQuantizeLinear")]
    [InlineData("CumSum")]
    [InlineData("Conv")]
    [InlineData("TopK")]
    [InlineData("ReduceSum")]
    public void UnknownOperator_IsTakenToMix(string type) => Assert.Null(Apply(type, [Rows([1, 1, 64], 1)]));
}
