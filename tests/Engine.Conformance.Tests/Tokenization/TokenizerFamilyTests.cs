using Engine.Inference.Tokenization;
using Engine.Tests;
using Engine.Tests.Tokenization;

namespace Engine.Conformance.Tokenization;

/// <summary>Every real tokenizer family against the outputs of the libraries it was made with.</summary>
public class TokenizerFamilyTests
{
    public static TheoryData<string> Families() => [.. GoldenSet.RealNames()];

    [Theory]
    [MemberData(nameof(Families))]
    public void EveryCall_RealTokenizer_AgreesWithTheOriginal(string name) => GoldenAssertions.Records(name);

    [Theory]
    [InlineData("smollm2")]
    [InlineData("qwen2.5")]
    [InlineData("qwen3")]
    [InlineData("llama-3")]
    [InlineData("llama-3.1")]
    [InlineData("phi-3-mini")]
    [InlineData("phi-4-mini")]
    [InlineData("mistral-v3")]
    [InlineData("mistral-v3-legacy")]
    [InlineData("gpt-oss")]
    [InlineData("gemma-3")]
    [InlineData("smollm3")]
    public void EncodeSanitized_RenderedChats_ContentFormsNoControlTokens(string name) => GoldenAssertions.Chats(name);

    [Theory]
    [InlineData("bert-base-uncased")]
    [InlineData("gemma-3")]
    [InlineData("gpt-oss")]
    [InlineData("llama-3.1")]
    [InlineData("mistral-v3")]
    [InlineData("qwen3")]
    [InlineData("smollm2")]
    [InlineData("t5-small")]
    public void Encode_SweepOverCodePoints_AgreesWithTheOriginal(string name) => GoldenAssertions.Sweep(name);

    [Theory]
    [InlineData("gpt-2", "gpt2")]
    [InlineData("llama-bpe", "llama-3")]
    [InlineData("qwen2", "qwen2.5")]
    [InlineData("llama-spm", "llama-2")]
    [InlineData("phi-3", "phi-3-mini")]
    [InlineData("bert-bge", "bert-base-uncased")]
    public void Encode_LlamaCppTexts_GivesItsIds(string vectors, string name) => GoldenAssertions.LlamaCppVectors(vectors, name);

    [Theory]
    [InlineData("bert", "Xenova/bert-base-uncased", "bert-base-uncased")]
    [InlineData("gpt2", "Xenova/gpt2", "gpt2")]
    [InlineData("llama", "Xenova/llama-tokenizer", "llama-2")]
    [InlineData("qwen2", "Xenova/Qwen1.5-0.5B-Chat", "qwen2.5")]
    [InlineData("t5", "Xenova/t5-small", "t5-small")]
    public void Encode_TransformersJsTexts_GivesTheirIds(string file, string model, string name) =>
        GoldenAssertions.TransformersJsVectors(file, model, name);

    [Theory]
    [InlineData("tokenizers/llama3/tiktoken.model", "llama-3")]
    [InlineData("tokenizers/o200k/o200k_base.tiktoken", "gpt-oss")]
    public void EncodePlain_TiktokenRanks_GivesTheIdsOfTheSameVocabularyAsTokenizerJson(string file, string family) =>
        GoldenAssertions.SameVocabulary(Tokenizer.Load(SharedData.PathOf(file)), family);

    [Theory]
    [InlineData("gpt2", 1_000_000)]
    [InlineData("gpt-oss", 50_000)]
    [InlineData("llama-3.1", 50_000)]
    public void Encode_RandomTexts_ComeBackByteForByte(string name, int count) =>
        GoldenAssertions.RandomTexts(GoldenSet.LoadReal(name), count, roundTrips: true, seed: 1);
}
