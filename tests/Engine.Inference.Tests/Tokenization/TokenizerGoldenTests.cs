namespace Engine.Tests.Tokenization;

/// <summary>The small real families and all synthetic tokenizers; the conformance suite has the large families.</summary>
public class TokenizerGoldenTests
{
    [Theory]
    [InlineData("smollm2")]
    [InlineData("gpt2")]
    [InlineData("llama-2")]
    [InlineData("phi-3-mini")]
    [InlineData("bert-base-uncased")]
    [InlineData("all-minilm-l6-v2")]
    [InlineData("t5-small")]
    public void EveryCall_RealTokenizer_AgreesWithTheOriginal(string name) => GoldenAssertions.Records(name);

    [Theory]
    [InlineData("smollm2")]
    [InlineData("phi-3-mini")]
    public void EncodeSanitized_RenderedChats_ContentFormsNoControlTokens(string name) => GoldenAssertions.Chats(name);

    [Theory]
    [InlineData("smollm2")]
    [InlineData("t5-small")]
    [InlineData("bert-base-uncased")]
    public void Encode_SweepOverCodePoints_AgreesWithTheOriginal(string name) => GoldenAssertions.Sweep(name);

    [Theory]
    [InlineData("gpt-2", "gpt2")]
    [InlineData("llama-spm", "llama-2")]
    [InlineData("bert-bge", "bert-base-uncased")]
    public void Encode_LlamaCppTexts_GivesItsIds(string vectors, string name) => GoldenAssertions.LlamaCppVectors(vectors, name);

    [Theory]
    [InlineData("bert", "Xenova/bert-base-uncased", "bert-base-uncased")]
    [InlineData("llama", "Xenova/llama-tokenizer", "llama-2")]
    [InlineData("t5", "Xenova/t5-small", "t5-small")]
    public void Encode_TransformersJsTexts_GivesTheirIds(string file, string model, string name) =>
        GoldenAssertions.TransformersJsVectors(file, model, name);

    [Fact]
    public void EveryCall_SyntheticTokenizers_AgreesWithTheOriginal()
    {
        List<string> differing = [];
        int tokenizers = 0;
        foreach (IGrouping<string, System.Text.Json.JsonElement> group in GoldenSet.SyntheticRecords())
        {
            GoldenCheck check = new(GoldenSet.LoadSynthetic(group.Key));
            foreach (System.Text.Json.JsonElement record in group)
            {
                check.Record(record);
            }

            tokenizers++;
            if (check.Differences.Count > 0)
            {
                differing.Add($"{group.Key}: {check.Differences.Count} of {check.Comparisons}: {string.Join('\n', check.Differences.Take(2))}");
            }
        }

        Assert.Equal(144, tokenizers);
        Assert.True(differing.Count == 0, $"{differing.Count} of {tokenizers} tokenizers differ:\n{string.Join('\n', differing)}");
    }

    [Theory]
    [InlineData("gpt2", true)]
    [InlineData("smollm2", false)]
    [InlineData("llama-2", false)]
    [InlineData("t5-small", false)]
    [InlineData("bert-base-uncased", false)]
    public void Encode_RandomTexts_NeverFails(string name, bool roundTrips) =>
        GoldenAssertions.RandomTexts(GoldenSet.LoadReal(name), 3_000, roundTrips, seed: 11);
}
