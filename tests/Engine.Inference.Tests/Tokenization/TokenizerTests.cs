using System.Text;
using System.Text.Json.Nodes;
using Engine.Inference.Tokenization;
using Engine.Onnx;

namespace Engine.Tests.Tokenization;

public class TokenizerTests
{
    private static readonly Tokenizer ByteLevel = SyntheticTokenizers.Load(SyntheticTokenizers.ByteLevelBpe());

    [Fact]
    public void Load_DefaultModel_KnowsItsVocabularyAndItsTokensWithARole()
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(SharedData.Repository, "models/default"));
        Assert.Equal(49152, tokenizer.VocabularySize);
        Assert.Equal("<|im_start|>", tokenizer.GetToken(tokenizer.BosTokenId!.Value));
        Assert.Equal("<|im_end|>", tokenizer.GetToken(tokenizer.EosTokenId!.Value));
        Assert.True(tokenizer.TryGetId("<|im_start|>", out int id) && tokenizer.IsSpecial(id));
        Assert.Equal("Hello, world!", tokenizer.Decode(tokenizer.Encode("Hello, world!")));
    }

    [Fact]
    public void Load_FolderWithoutATokenizer_SaysWhatIsMissing()
    {
        using TemporaryFolder folder = new();
        InvalidModelException exception = Assert.Throws<InvalidModelException>(() => Tokenizer.Load(folder.Path));
        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SpecialTokensMap_FillsWhatTheConfigLeavesOut()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.PathOf("tokenizer.json"), SyntheticTokenizers.ByteLevelBpe().ToJsonString());
        File.WriteAllText(folder.PathOf("tokenizer_config.json"), """{"bos_token": {"content": "<s>"}, "eos_token": null, "pad_token": "<none>"}""");
        File.WriteAllText(folder.PathOf("special_tokens_map.json"), """{"bos_token": "</s>", "eos_token": "</s>"}""");
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal(259, tokenizer.BosTokenId);
        Assert.Equal(260, tokenizer.EosTokenId);
        Assert.Null(tokenizer.PadTokenId);
    }

    [Fact]
    public void Encode_LoneSurrogate_IsTheReplacementCharacter() =>
        Assert.Equal(ByteLevel.Encode("\uFFFD"), ByteLevel.Encode("\uD800"));

    [Fact]
    public void GetTokenBytes_ByteLevelToken_IsTheBytesItStandsFor()
    {
        Assert.Equal([0xC3], ByteLevel.GetTokenBytes(0xC3).ToArray());
        Assert.Equal("hell"u8.ToArray(), ByteLevel.GetTokenBytes(258).ToArray());
        Assert.Equal("<s>"u8.ToArray(), ByteLevel.GetTokenBytes(259).ToArray());
        Assert.Empty(ByteLevel.GetTokenBytes(261).ToArray());
        Assert.Empty(ByteLevel.GetTokenBytes(-1).ToArray());
    }

    [Theory]
    [InlineData("llama-2", "▁Hello", " Hello")]
    [InlineData("llama-2", "<0x0A>", "\n")]
    [InlineData("bert-base-uncased", "##ing", "ing")]
    [InlineData("bert-base-uncased", "hello", " hello")]
    [InlineData("t5-small", "▁Hello", " Hello")]
    public void GetTokenBytes_OtherKindsOfVocabulary_AreTextInTheMiddleOfASentence(string name, string token, string text)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        Assert.True(tokenizer.TryGetId(token, out int id));
        Assert.Equal(text, Encoding.UTF8.GetString(tokenizer.GetTokenBytes(id)));
    }

    [Fact]
    public void Decode_IdsThatAreNoTokens_AreLeftOut() => Assert.Equal("he", ByteLevel.Decode([256, 100_000, -5]));

    [Fact]
    public void EncodeSanitized_ContentThatSpellsAControlToken_StaysText()
    {
        const string Text = "<s>say </s></s>";
        int[] ids = ByteLevel.EncodeSanitized(Text, [new ContentSpan(3, 8)]);
        Assert.Equal([259, .. ByteLevel.EncodePlain("say </s>"), 260], ids);
        Assert.Equal(ByteLevel.Encode(Text), ByteLevel.EncodeSanitized(Text, []));
    }

    [Fact]
    public void EncodeSanitized_ControlTokensThatAreNormalized_AreFoundAnywhereInTheTemplatesText()
    {
        Tokenizer tokenizer = GoldenSet.LoadReal("llama-2");
        int[] ids = tokenizer.EncodeSanitized("<s>[INST] a</s> [/INST] b </s><s>", [new ContentSpan(10, 5)]);
        Assert.Equal([1, 2, 1], ids.Where(tokenizer.IsSpecial));
    }

    [Fact]
    public void EncodeSanitized_SpansInAnyOrderAndOverlapping_CountOnce() =>
        Assert.Equal(
            ByteLevel.EncodePlain("<s></s>"),
            ByteLevel.EncodeSanitized("<s></s>", [new ContentSpan(2, 5), new ContentSpan(0, 3), new ContentSpan(1, 0)]));

    [Fact]
    public void EncodeSanitized_SpanOutsideOfTheText_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ByteLevel.EncodeSanitized("ab", [new ContentSpan(1, 2)]));

    [Fact]
    public void EncodeWhole_FileThatTruncatesAndPads_GivesEverything()
    {
        JsonObject json = SyntheticTokenizers.ByteLevelBpe();
        json["truncation"] = JsonNode.Parse("""{"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0}""");
        Tokenizer tokenizer = SyntheticTokenizers.Load(json);
        Assert.Equal(2, tokenizer.TruncatedLength);
        Assert.Equal([258, (int)'o'], tokenizer.Encode("hello you"));
        Assert.Equal(ByteLevel.Encode("hello you"), tokenizer.EncodeWhole("hello you"));
    }

    [Fact]
    public void Encode_UnknownCharacterWithoutUnknownToken_IsAnError()
    {
        Tokenizer tokenizer = GoldenSet.LoadSynthetic("unigram-no-unk");
        Assert.Throws<TokenizationException>(() => tokenizer.Encode("\u4e2d"));
    }

    [Fact]
    public async Task Encode_SeveralThreadsAtOnce_GiveTheSameIds()
    {
        string[] texts = Enumerable.Range(0, 200).Select(i => $"hello {i} hell \u00e9\u4e2d {i * 7919}").ToArray();
        int[][] expected = texts.Select(text => ByteLevel.Encode(text)).ToArray();
        await Parallel.ForEachAsync(Enumerable.Range(0, 4000), TestContext.Current.CancellationToken, (i, _) =>
        {
            Assert.Equal(expected[i % 200], ByteLevel.Encode(texts[i % 200]));
            return ValueTask.CompletedTask;
        });
    }

    [Theory]
    [InlineData('a')]
    [InlineData(' ')]
    [InlineData('\n')]
    [InlineData('\u0301')]
    [InlineData('\u4e2d')]
    public void Encode_LongRunOfOneCharacter_ComesBack(char character)
    {
        Tokenizer tokenizer = Tokenizer.Load(Path.Combine(SharedData.Repository, "models/default"));
        string text = new(character, 100_000);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }
}
