using System.Text.Json;
using Engine.Inference.Tokenization;
using Engine.Inference.Tokenization.Loading;
using Engine.Onnx;

namespace Engine.Tests.Tokenization.Loading;

public class SentencePieceLoaderTests
{
    [Theory]
    [InlineData("llama2")]
    [InlineData("mistral-v3")]
    public void Load_PublishedModel_GivesSentencePiecesOwnIdsAndTexts(string name)
    {
        Tokenizer tokenizer = Tokenizer.Load(SharedData.PathOf($"tokenizers/{name}"));
        List<string> differing = [];
        foreach (JsonElement record in GoldenSet.Records("hf-tokenizers/sentencepiece.jsonl.gz").Where(record => record.GetProperty("model").GetString() == $"{name}/tokenizer.model"))
        {
            int[] ids = record.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            if (record.GetProperty("k").GetString() == "encode")
            {
                string text = record.GetProperty("text").GetString()!;
                int[] got = tokenizer.Encode(text, addSpecialTokens: false);
                if (!ids.SequenceEqual(got))
                {
                    differing.Add($"{JsonSerializer.Serialize(text)}\n wanted {string.Join(' ', ids)}\n got    {string.Join(' ', got)}");
                }
            }

            string decoded = tokenizer.Decode(ids);
            if (decoded != record.GetProperty("decoded").GetString())
            {
                differing.Add($"decode {string.Join(' ', ids.Take(30))}\n wanted {record.GetProperty("decoded")}\n got    {decoded}");
            }

            Detokenizer detokenizer = tokenizer.CreateDetokenizer();
            string streamed = string.Concat(ids.Select(detokenizer.Append)) + detokenizer.Flush();
            if (streamed != decoded)
            {
                differing.Add($"stream {string.Join(' ', ids.Take(30))}\n wanted {decoded}\n got    {streamed}");
            }
        }

        Assert.True(differing.Count == 0, $"{differing.Count}: {string.Join('\n', differing.Take(6))}");
    }

    [Fact]
    public void EncodeSanitized_ControlPieceWrittenByTheTemplate_IsFoundAndThatOfContentIsNot()
    {
        Tokenizer tokenizer = Tokenizer.Load(SharedData.PathOf("tokenizers/llama2"));
        int[] ids = tokenizer.EncodeSanitized("<s>a</s>", [new ContentSpan(4, 4)]);
        Assert.Equal(1, ids[0]);
        Assert.DoesNotContain(2, ids);
    }

    [Fact]
    public void Encode_WithSpecialTokens_BeginsWithTheBeginToken()
    {
        Tokenizer tokenizer = Tokenizer.Load(SharedData.PathOf("tokenizers/llama2"));
        Assert.Equal([1, 15043], tokenizer.Encode("Hello"));
        Assert.Equal(1, tokenizer.BosTokenId);
        Assert.Equal(2, tokenizer.EosTokenId);
    }

    [Theory]
    [InlineData("  a  b ", "▁a ▁b", "a b")]
    [InlineData("ab", "▁a b", "ab")]
    [InlineData("", "", "")]
    [InlineData("   ", "", "")]
    [InlineData("ac", "▁a <unk>", "a \u2047 ")]
    [InlineData("a<sep>b", "▁a <sep> b", "a<sep>b")]
    [InlineData("<s>", "▁ <unk> s <unk>", " \u2047 s \u2047 ")]
    public void Load_UnigramThatRemovesExtraSpaces_SpellsAsSentencePieceDoes(string text, string pieces, string decoded)
    {
        Tokenizer tokenizer = Load(Small(SentencePieceAlgorithm.Unigram).Spaces(dummyPrefix: true, removeExtra: true));
        int[] ids = tokenizer.Encode(text, addSpecialTokens: false);
        Assert.Equal(pieces, string.Join(' ', ids.Select(tokenizer.GetToken)));
        Assert.Equal(decoded, tokenizer.Decode(ids));
    }

    [Theory]
    [InlineData("  a  b ", "▁ ▁a ▁ ▁b ▁")]
    [InlineData("ab ab", "a b ▁a b")]
    [InlineData("a<sep>b", "a <sep> b")]
    public void Load_BpeThatKeepsSpaces_MergesByScore(string text, string pieces)
    {
        Tokenizer tokenizer = Load(Small(SentencePieceAlgorithm.Bpe).Spaces(dummyPrefix: false, removeExtra: false));
        Assert.Equal(pieces, string.Join(' ', tokenizer.Encode(text, addSpecialTokens: false).Select(tokenizer.GetToken)));
    }

    [Fact]
    public void Load_DamagedFiles_AreRefusedOrWork()
    {
        byte[] whole = Small(SentencePieceAlgorithm.Unigram).Spaces(dummyPrefix: true, removeExtra: true).Build();
        Random random = new(2);
        using TemporaryFolder folder = new();
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = whole[..random.Next(1, whole.Length + 1)];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(folder.PathOf("tokenizer.model"), damaged);
            try
            {
                Tokenizer tokenizer = Tokenizer.Load(folder.Path);
                tokenizer.Decode(tokenizer.Encode("  ab <s> c\u4e2d"));
            }
            catch (Exception exception) when (exception is InvalidModelException or TokenizationException)
            {
            }
        }
    }

    private static SentencePieceFileBuilder Small(SentencePieceAlgorithm algorithm) => new SentencePieceFileBuilder()
        .Piece("<unk>", type: SentencePieceType.Unknown).Piece("<s>", type: SentencePieceType.Control).Piece("</s>", type: SentencePieceType.Control)
        .Piece("<sep>", type: SentencePieceType.UserDefined)
        .Piece("▁", -4).Piece("a", -3).Piece("b", -3).Piece("s", -5).Piece("▁b", -2)
        .Piece("▁a", algorithm == SentencePieceAlgorithm.Unigram ? -2 : -9).Algorithm(algorithm);

    private static Tokenizer Load(SentencePieceFileBuilder file)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder.PathOf("tokenizer.model"), file.Build());
        return Tokenizer.Load(folder.Path);
    }
}
