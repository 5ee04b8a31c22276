using System.Text.Json.Nodes;
using Engine.Inference.Tokenization;

namespace Engine.Tests.Tokenization;

/// <summary>Small tokenizers written in the tests, for what no published file has.</summary>
internal static class SyntheticTokenizers
{
    /// <summary>A byte-level BPE with all bytes (ids 0 to 255), "he", "ll", "hell" and the control tokens &lt;s&gt; and &lt;/s&gt;.</summary>
    public static JsonObject ByteLevelBpe()
    {
        JsonObject vocabulary = [];
        for (int value = 0; value < 256; value++)
        {
            vocabulary.Add(char.ConvertFromUtf32(Engine.Inference.Tokenization.ByteAlphabet.CharacterOf((byte)value)), value);
        }

        vocabulary.Add("he", 256);
        vocabulary.Add("ll", 257);
        vocabulary.Add("hell", 258);
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(Added(259, "<s>"), Added(260, "</s>")),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = true },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray("h e", "l l", "he ll") },
        };
    }

    public static Tokenizer Load(JsonObject json) => GoldenSet.Load(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static JsonObject Added(int id, string content) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };
}
