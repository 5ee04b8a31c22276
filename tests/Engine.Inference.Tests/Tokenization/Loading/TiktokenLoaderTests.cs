using Engine.Inference.Tokenization;
using Engine.Onnx;

namespace Engine.Tests.Tokenization.Loading;

public class TiktokenLoaderTests
{
    [Fact]
    public void Load_PublishedRanks_GivesTheIdsOfTheSameVocabularyAsTokenizerJson() =>
        GoldenAssertions.SameVocabulary(Tokenizer.Load(SharedData.PathOf("tokenizers/llama3/tiktoken.model")), "llama-3");

    [Fact]
    public void Encode_Llama3Folder_KnowsItsControlTokens()
    {
        Tokenizer tokenizer = Tokenizer.Load(SharedData.PathOf("tokenizers/llama3/tiktoken.model"));
        Assert.Equal([128000, 128006, 9125, 128007], tokenizer.Encode("<|start_header_id|>system<|end_header_id|>"));
        Assert.Equal("<|eot_id|>", tokenizer.GetToken(128009));
        Assert.Equal(128009, tokenizer.EosTokenId);
        Assert.Equal(128256, tokenizer.VocabularySize);
    }

    [Theory]
    [InlineData("IQ== 0\nIg== 1\n", "word pattern")]
    [InlineData("IQ== x\n", "line 1")]
    [InlineData("!!! 0\n", "line 1")]
    public void Load_OtherRanks_IsRefused(string content, string reason)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.PathOf("own.tiktoken"), content);
        InvalidModelException exception = Assert.Throws<InvalidModelException>(() => Tokenizer.Load(folder.Path));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }
}
