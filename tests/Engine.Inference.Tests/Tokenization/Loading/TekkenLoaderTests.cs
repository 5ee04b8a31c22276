using System.Text.Json.Nodes;
using Engine.Inference.Tokenization;

namespace Engine.Tests.Tokenization.Loading;

public class TekkenLoaderTests
{
    /// <summary>All bytes, then "he", "ll", "hell" (whose merge of the two is the only one) and one that lies beyond the vocabulary size.</summary>
    private static JsonObject SmallFile()
    {
        JsonArray vocabulary = [];
        void Add(byte[] bytes) => vocabulary.Add(new JsonObject
        {
            ["rank"] = vocabulary.Count,
            ["token_bytes"] = Convert.ToBase64String(bytes),
            ["token_str"] = null,
        });
        for (int value = 0; value < 256; value++)
        {
            Add([(byte)value]);
        }

        Add("he"u8.ToArray());
        Add("ll"u8.ToArray());
        Add("hell"u8.ToArray());
        Add("o!"u8.ToArray());
        return new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["pattern"] = @"\p{L}+|[^\p{L}]+",
                ["num_vocab_tokens"] = 260,
                ["default_vocab_size"] = 10 + 259,
                ["default_num_special_tokens"] = 10,
                ["version"] = "v3",
            },
            ["vocab"] = vocabulary,
        };
    }

    private static Tokenizer Load(JsonObject file)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.PathOf("tekken.json"), file.ToJsonString());
        return Tokenizer.Load(folder.Path);
    }

    [Fact]
    public void Load_SmallFile_PutsTheControlTokensFirst()
    {
        Tokenizer tokenizer = Load(SmallFile());
        Assert.Equal("<s>", tokenizer.GetToken(1));
        Assert.True(tokenizer.IsSpecial(3));
        Assert.Equal(269, tokenizer.VocabularySize);
        Assert.Equal([1, 10 + 258, 10 + 'o', 10 + '!'], tokenizer.Encode("hello!"));
        Assert.Equal([3, 10 + 256], tokenizer.Encode("[INST]he", addSpecialTokens: false));
        Assert.Equal("hello!", tokenizer.Decode(tokenizer.Encode("hello!")));
    }

    [Fact]
    public void Load_FileThatListsItsControlTokens_UsesThem()
    {
        JsonObject file = SmallFile();
        file["special_tokens"] = new JsonArray(
            new JsonObject { ["rank"] = 0, ["token_str"] = "<unk>", ["is_control"] = true },
            new JsonObject { ["rank"] = 4, ["token_str"] = "<s>", ["is_control"] = true });
        Tokenizer tokenizer = Load(file);
        Assert.Equal([4, 10 + 'x'], tokenizer.Encode("x"));
        Assert.Equal("<SPECIAL_7>", tokenizer.GetToken(7));
    }
}
