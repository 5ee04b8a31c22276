using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Tests.Models;
using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Tests.Runners;

public class ModelSignatureTests
{
    private static List<ValueInfo> Inputs => [Ids("input_ids"), Ids("attention_mask"), .. Caches("past_key_values.{0}.{1}")];

    private static List<ValueInfo> Outputs => [Value("logits", ElementType.Float32, -1, -1, 256), .. Caches("present.{0}.{1}")];

    private static ValueInfo Value(string name, ElementType type, params long[] sizes) => new(name, type, [.. sizes.Select(size => new Dimension(size, size < 0 ? "n" : ""))]);

    private static ValueInfo Ids(string name) => Value(name, ElementType.Int64, -1, -1);

    private static IEnumerable<ValueInfo> Caches(string pattern) =>
        from layer in Enumerable.Range(0, 2)
        from kind in new[] { "key", "value" }
        select Value(string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, layer, kind), ElementType.Float32, -1, 2, -1, 16);

    private static ModelSignature Create(List<ValueInfo> inputs, List<ValueInfo> outputs, Action<TemporaryModelFolder>? change = null)
    {
        using TemporaryModelFolder folder = new();
        change?.Invoke(folder);
        folder.SaveConfig();
        return ModelSignature.Create(ModelDirectory.Open(folder.Folder), inputs, outputs);
    }

    private static string Refusal(List<ValueInfo> inputs, List<ValueInfo> outputs, Action<TemporaryModelFolder>? change = null)
    {
        string message = Assert.Throws<InvalidModelException>(() => Create(inputs, outputs, change)).Message;
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.Contains("model.onnx", message, StringComparison.Ordinal);
        return message;
    }

    [Fact]
    public void Create_BuilderGraph_FindsEveryRole()
    {
        ModelSignature signature = Create([.. Inputs, Ids("position_ids")], Outputs);

        Assert.Equal("input_ids", signature.InputIds.Name);
        Assert.Equal("attention_mask", signature.AttentionMask!.Name);
        Assert.Equal("position_ids", signature.PositionIds!.Name);
        Assert.Equal(256, signature.VocabularySize);
        Assert.Equal(512, signature.ContextLength);
        Assert.Equal([CacheKind.Key, CacheKind.Value, CacheKind.Key, CacheKind.Value], signature.Caches.Select(pair => pair.Kind));
        Assert.Equal("present.1.value", signature.Caches[3].Present.Name);
        Assert.Equal(2 * 2 * 2 * 16 * sizeof(float), signature.CacheBytesPerToken);
    }

    [Fact]
    public void Create_NamesOfTheFolder_ComeBeforeConventions()
    {
        List<ValueInfo> inputs = [Ids("tokens"), .. Caches("k{0}{1}")];
        List<ValueInfo> outputs = [Value("scores", ElementType.Float16, -1, -1, 256), .. Caches("o{0}{1}")];

        ModelSignature signature = Create(inputs, outputs, folder =>
        {
            folder.Decoder["inputs"] = System.Text.Json.Nodes.JsonNode.Parse("""{"input_ids":"tokens","past_key_names":"k%dkey","past_value_names":"k%dvalue"}""");
            folder.Decoder["outputs"] = System.Text.Json.Nodes.JsonNode.Parse("""{"logits":"scores","present_key_names":"o%dkey","present_value_names":"o%dvalue"}""");
        });

        Assert.Null(signature.AttentionMask);
        Assert.Equal(4, signature.Caches.Count);
    }

    [Fact]
    public void Create_WidthsLeftToTheConfiguration_AreCompleted()
    {
        List<ValueInfo> inputs = [.. Inputs.Select(input => input.Dimensions!.Count == 4 ? Value(input.Name, input.ElementType, -1, 2, -1, -1) : input)];

        ModelSignature signature = Create(inputs, Outputs);

        Assert.Equal(16, signature.Caches[0].Past.Dimensions![3].Size);
    }

    [Theory]
    [InlineData("num_key_value_heads", 4, "num_key_value_heads is 4, but the graph has 2")]
    [InlineData("head_size", 64, "head_size is 64, but the graph has 16")]
    [InlineData("num_hidden_layers", 3, "num_hidden_layers is 3, but the graph has 2")]
    [InlineData("num_hidden_layers", 1, "num_hidden_layers is 1, but the graph has 2")]
    public void Create_DecoderSectionContradictsTheGraph_NamesBoth(string key, int value, string expected) =>
        Assert.Contains(expected, Refusal(Inputs, Outputs, folder => folder.Decoder[key] = value), StringComparison.Ordinal);

    [Fact]
    public void Create_VocabularyContradictsTheGraph_NamesBoth() =>
        Assert.Contains("vocab_size is 999, but the graph has 256", Refusal(Inputs, Outputs, folder => folder.Model["vocab_size"] = 999), StringComparison.Ordinal);

    [Fact]
    public void Create_VocabularyNotSaid_IsTheGraphs() =>
        Assert.Equal(256, Create(Inputs, Outputs, folder => folder.Model.Remove("vocab_size")).VocabularySize);

    [Fact]
    public void Create_NoTokenIds_NamesTheInputs() =>
        Assert.Contains("has no input 'input_ids'; its inputs are 'attention_mask'", Refusal([.. Inputs.Skip(1)], Outputs), StringComparison.Ordinal);

    [Fact]
    public void Create_HiddenStatesForTokens_SaysWhatToExport() =>
        Assert.Contains("'inputs_embeds'", Refusal([Value("inputs_embeds", ElementType.Float32, -1, -1, 64), .. Inputs.Skip(1)], Outputs), StringComparison.Ordinal);

    [Fact]
    public void Create_NoLogits_NamesTheOutputs() =>
        Assert.Contains("has no output 'logits'; its outputs are 'present.0.key'", Refusal(Inputs, [.. Outputs.Skip(1)]), StringComparison.Ordinal);

    [Fact]
    public void Create_PastWithoutPresent_NamesBoth() =>
        Assert.Contains("'past_key_values.1.value' but no output 'present.1.value'", Refusal(Inputs, [.. Outputs.SkipLast(1)]), StringComparison.Ordinal);

    [Theory]
    [InlineData("block_table", "paged export for CUDA")]
    [InlineData("encoder_hidden_states", "encoder-decoder")]
    [InlineData("what_is_this", "whose role is not known")]
    public void Create_InputWithoutARole_IsRefusedByName(string name, string expected)
    {
        string message = Refusal([.. Inputs, Ids(name)], Outputs);

        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_TokenIdsOfFloats_AreRefused() =>
        Assert.Contains("input_ids: float", Refusal([Value("input_ids", ElementType.Float32, -1, -1), .. Inputs.Skip(1)], Outputs), StringComparison.Ordinal);

    [Fact]
    public void Create_LastRowOnly_IsNoticed() =>
        Assert.True(Create(Inputs, [Value("logits", ElementType.Float32, -1, 1, 256), .. Outputs.Skip(1)]).HasLastLogitsOnly);

    [Fact]
    public void Create_StatesOfConvolutions_AreFixed()
    {
        List<ValueInfo> inputs = [.. Inputs.Take(4), Value("past_conv.1", ElementType.Float32, -1, 64, 3)];
        List<ValueInfo> outputs = [.. Outputs.Take(3), Value("present_conv.1", ElementType.Float32, -1, 64, 3)];

        ModelSignature signature = Create(inputs, outputs);

        Assert.Equal(CacheKind.Fixed, signature.Caches[^1].Kind);
        Assert.Equal(-1, signature.Caches[^1].SequenceAxis);
    }
}
