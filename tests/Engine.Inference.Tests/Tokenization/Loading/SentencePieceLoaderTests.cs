using System.Text.Json;
using Engine.Inference.Tokenization;

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
}
