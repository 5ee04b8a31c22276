using Engine.Inference.Tokenization;

namespace Engine.Tests.Tokenization;

public class DetokenizerTests
{
    private static readonly Tokenizer ByteLevel = SyntheticTokenizers.Load(SyntheticTokenizers.ByteLevelBpe());

    [Fact]
    public void Append_CharacterInSeveralTokens_IsGivenWithItsLastByte()
    {
        Detokenizer detokenizer = ByteLevel.CreateDetokenizer();
        Assert.Equal("h", detokenizer.Append('h'));
        Assert.Equal(string.Empty, detokenizer.Append(0xE2));
        Assert.Equal(string.Empty, detokenizer.Append(0x82));
        Assert.Equal("\u20AC", detokenizer.Append(0xAC));
        Assert.Equal(string.Empty, detokenizer.Flush());
    }

    [Fact]
    public void Flush_UnfinishedCharacter_IsTheReplacementCharacter()
    {
        Detokenizer detokenizer = ByteLevel.CreateDetokenizer();
        Assert.Equal(string.Empty, detokenizer.Append(0xE2));
        Assert.Equal("\uFFFD", detokenizer.Flush());
        Assert.Equal(string.Empty, detokenizer.Flush());
    }

    [Fact]
    public void Append_BytesThatFormNoCharacter_AreGivenWithTheNextOne()
    {
        Detokenizer detokenizer = ByteLevel.CreateDetokenizer();
        Assert.Equal(string.Empty, detokenizer.Append(0xE2));
        Assert.Equal("\uFFFDa", detokenizer.Append('a'));
    }

    [Fact]
    public void Append_ControlToken_IsSkippedOrSpelledAsAsked()
    {
        Assert.Equal(string.Empty, ByteLevel.CreateDetokenizer().Append(259));
        Assert.Equal("<s>", ByteLevel.CreateDetokenizer(skipSpecialTokens: false).Append(259));
    }

    [Fact]
    public void Append_ManyBytesThatFormNoCharacter_AreAllHeldBack()
    {
        Detokenizer detokenizer = ByteLevel.CreateDetokenizer();
        for (int i = 0; i < 300_000; i++)
        {
            Assert.Empty(detokenizer.Append(0x80));
        }

        Assert.Equal(300_000, detokenizer.Flush().Length);
    }

    [Theory]
    [InlineData("smollm2")]
    [InlineData("t5-small")]
    [InlineData("bert-base-uncased")]
    public void Append_RandomIds_JoinToTheDecodedText(string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        Random random = new(7);
        for (int i = 0; i < 300; i++)
        {
            int[] ids = Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(tokenizer.VocabularySize)).ToArray();
            Detokenizer detokenizer = tokenizer.CreateDetokenizer();
            Assert.Equal(tokenizer.Decode(ids), string.Concat(ids.Select(detokenizer.Append)) + detokenizer.Flush());
        }
    }
}
