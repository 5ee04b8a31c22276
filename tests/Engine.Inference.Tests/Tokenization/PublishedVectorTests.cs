using System.Text.Json;
using Engine.Inference.Tokenization;

namespace Engine.Tests.Tokenization;

/// <summary>Vectors that other projects publish: llama.cpp's .inp and .out files, transformers.js' cases, SentencePiece's own ids.</summary>
public class PublishedVectorTests
{
    [Theory]
    [InlineData("gpt-2", "gpt2")]
    [InlineData("llama-bpe", "llama-3")]
    [InlineData("qwen2", "qwen2.5")]
    [InlineData("llama-spm", "llama-2")]
    [InlineData("phi-3", "phi-3-mini")]
    [InlineData("bert-bge", "bert-base-uncased")]
    public void Encode_LlamaCppTexts_GivesItsIds(string vectors, string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        string[] texts = File.ReadAllText(SharedData.PathOf($"tokenizers/vectors/llama.cpp/{vectors}.inp")).Split("\n__ggml_vocab_test__\n");
        string[] expected = File.ReadAllLines(SharedData.PathOf($"tokenizers/vectors/llama.cpp/{vectors}.out"));
        int compared = 0;
        for (int i = 0; i < texts.Length && i < expected.Length; i++)
        {
            int[] ids = tokenizer.Encode(texts[i], addSpecialTokens: false);
            Assert.True(string.Join(' ', ids) == expected[i].Trim(), $"text {i}: {texts[i]}\nwanted {expected[i]}\ngot    {string.Join(' ', ids)}");
            compared++;
        }

        Assert.True(compared > 40);
    }

    [Theory]
    [InlineData("bert", "Xenova/bert-base-uncased", "bert-base-uncased")]
    [InlineData("gpt2", "Xenova/gpt2", "gpt2")]
    [InlineData("llama", "Xenova/llama-tokenizer", "llama-2")]
    [InlineData("qwen2", "Xenova/Qwen1.5-0.5B-Chat", "qwen2.5")]
    [InlineData("t5", "Xenova/t5-small", "t5-small")]
    public void Encode_TransformersJsTexts_GivesTheirIds(string file, string model, string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"tokenizers/vectors/transformers.js/{file}.json")));
        int compared = 0;
        foreach (JsonProperty entry in document.RootElement.GetProperty(model).EnumerateObject())
        {
            int[] ids = entry.Value.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            if (entry.Value.GetProperty("text").ValueKind != JsonValueKind.String || entry.Value.TryGetProperty("text_pair", out _))
            {
                continue;
            }

            string text = entry.Value.GetProperty("text").GetString()!;
            Assert.True(ids.SequenceEqual(tokenizer.Encode(text)), $"{entry.Name}: {text}\n wanted {string.Join(' ', ids)}\n got {string.Join(' ', tokenizer.Encode(text))}");
            compared++;
        }

        Assert.True(compared > 5);
    }

    [Theory]
    [InlineData("bert-base-uncased")]
    [InlineData("gemma-3")]
    [InlineData("gpt-oss")]
    [InlineData("llama-3.1")]
    [InlineData("mistral-v3")]
    [InlineData("qwen3")]
    [InlineData("smollm2")]
    [InlineData("t5-small")]
    public void Encode_SweepOverCodePoints_AgreesWithTheOriginal(string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        foreach (JsonElement record in GoldenSet.Records($"hf-tokenizers/real/{name}/sweep.jsonl.gz"))
        {
            string text = record.GetProperty("text").GetString()!;
            int[] ids = record.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            Assert.True(ids.SequenceEqual(tokenizer.Encode(text, addSpecialTokens: false)), $"from U+{record.GetProperty("from").GetInt32():X}");
            JsonElement decoded = record.GetProperty("decoded");
            Assert.Equal(decoded.ValueKind == JsonValueKind.True ? text : decoded.GetString(), tokenizer.Decode(ids));
        }
    }
}
