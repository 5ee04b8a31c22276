using System.Text;
using System.Text.Json.Nodes;
using Engine.Inference.Tokenization;
using Engine.Onnx;

namespace Engine.Tests.Tokenization.Loading;

public class TokenizerJsonTests
{
    private static InvalidModelException Refuse(string content)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.PathOf("tokenizer.json"), content);
        return Assert.Throws<InvalidModelException>(() => Tokenizer.Load(folder.Path));
    }

    [Theory]
    [InlineData("", "tokenizer.json")]
    [InlineData("[]", "tokenizer.json")]
    [InlineData("{}", "'model' is missing")]
    [InlineData("""{"model": 5}""", "'model'")]
    [InlineData("""{"model": {"type": "BPE", "merges": []}}""", "'vocab' is missing")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {}}}""", "'merges' is missing")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}""", "'b'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}""", "merge 1")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""", "id of 'a'")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 2000000000}, "merges": []}}""", "id of 'a'")]
    [InlineData("""{"model": {"type": "BPE", "dropout": 0.1, "vocab": {"a": 0}, "merges": []}}""", "dropout")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["a", 0.0]], "unk_id": 3}}""", "unk_id")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": {"a": 0}}}""", "list of tokens and scores")]
    [InlineData("""{"model": {"type": "Magic", "vocab": {"a": 0}}}""", "'Magic'")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "normalizer": {"type": "Magic"}}""", "normalizer type 'Magic'")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "pre_tokenizer": {"type": "Magic"}}""", "pre-tokenizer type 'Magic'")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "decoder": {"type": "Magic"}}""", "decoder type 'Magic'")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "post_processor": {"type": "Magic"}}""", "post-processor type 'Magic'")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated"}}""", "(a")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}}""", "character map")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "added_tokens": [{"special": true}]}""", "'content'")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a\ud800": 0}}}""", "tokenizer.json")]
    public void Load_UnusableFile_SaysWhatIsWrong(string content, string reason)
    {
        InvalidModelException exception = Refuse(content);
        Assert.Contains("tokenizer.json", exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DeepNesting_IsRefused()
    {
        string open = string.Concat(Enumerable.Repeat("""{"type": "Sequence", "normalizers": [""", 5000));
        Refuse($$"""{"normalizer": {{open}}""");
    }

    [Fact]
    public void Load_MergesBeforeTheVocabulary_AreReadAllTheSame()
    {
        JsonObject json = SyntheticTokenizers.ByteLevelBpe();
        JsonObject model = json["model"]!.AsObject();
        JsonNode vocabulary = model["vocab"]!.DeepClone();
        model.Remove("vocab");
        model["vocab"] = vocabulary;
        Assert.Equal([258, (int)'o'], SyntheticTokenizers.Load(json).Encode("hello"));
    }

    [Fact]
    public void Load_FileWithAByteOrderMark_IsRead()
    {
        byte[] json = [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(SyntheticTokenizers.ByteLevelBpe().ToJsonString())];
        Assert.Equal([256], GoldenSet.Load(json).Encode("he"));
    }

    /// <summary>Files with something in them replaced: they load and encode, or are refused in the one way.</summary>
    [Fact]
    public void Load_DamagedFiles_AreRefusedOrWork()
    {
        Random random = new(3);
        string[] names = Directory.EnumerateFiles(SharedData.PathOf("hf-tokenizers/synthetic"), "*.json").Order(StringComparer.Ordinal).ToArray();
        using TemporaryFolder folder = new();
        int refused = 0;
        for (int i = 0; i < 120; i++)
        {
            JsonNode json = JsonNode.Parse(File.ReadAllBytes(names[random.Next(names.Length)]))!;
            for (int damages = random.Next(1, 4); damages > 0; damages--)
            {
                Damage(json, random);
            }

            File.WriteAllText(folder.PathOf("tokenizer.json"), json.ToJsonString());
            try
            {
                Tokenizer tokenizer = Tokenizer.Load(folder.Path);
                int[] ids = tokenizer.Encode("Hello, \u4e2d\u6587 <s>don't\n  WORLD 123 \U0001F600 \u0301");
                tokenizer.Decode(ids);
                Detokenizer detokenizer = tokenizer.CreateDetokenizer();
                Array.ForEach(ids, id => detokenizer.Append(id));
                tokenizer.GetTokenBytes(0);
            }
            catch (InvalidModelException)
            {
                refused++;
            }
            catch (TokenizationException)
            {
            }
        }

        Assert.InRange(refused, 10, 115);
    }

    private static void Damage(JsonNode node, Random random)
    {
        while (true)
        {
            switch (node)
            {
                case JsonObject { Count: > 0 } fields:
                    // Most of a file is its vocabulary: go into the small sections as often.
                    string key = fields.Select(field => field.Key).ElementAt(random.Next(fields.Count));
                    if (fields[key] is { } child && child is JsonObject or JsonArray && random.Next(5) > 0)
                    {
                        node = fields[key]!;
                        continue;
                    }

                    fields[key] = Replacement(random);
                    return;
                case JsonArray { Count: > 0 } items:
                    int index = random.Next(items.Count);
                    if (items[index] is JsonObject or JsonArray && random.Next(5) > 0)
                    {
                        node = items[index]!;
                        continue;
                    }

                    items[index] = Replacement(random);
                    return;
                default:
                    return;
            }
        }
    }

    private static JsonNode? Replacement(Random random) => random.Next(9) switch
    {
        0 => null,
        1 => true,
        2 => -1,
        3 => 1e300,
        4 => 16_000_000,
        5 => string.Empty,
        6 => "\u2581(a|",
        7 => new JsonArray(),
        _ => new JsonObject(),
    };
}
