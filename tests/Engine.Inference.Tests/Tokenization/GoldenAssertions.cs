using System.Text;
using System.Text.Json;
using Engine.Inference.Tokenization;

namespace Engine.Tests.Tokenization;

/// <summary>The comparisons that the fast suite makes with some families and the conformance suite with all.</summary>
internal static class GoldenAssertions
{
    /// <summary>Every record of a real family: ids, decoded texts, streams, pairs.</summary>
    public static void Records(string name)
    {
        GoldenCheck check = new(GoldenSet.LoadReal(name));
        foreach (JsonElement record in GoldenSet.RealRecords(name))
        {
            check.Record(record);
        }

        Assert.True(check.Comparisons > 1000);
        Assert.True(check.Differences.Count == 0, $"{check.Differences.Count} of {check.Comparisons} differ:\n{string.Join('\n', check.Differences.Take(8))}");
    }

    /// <summary>Rendered chats: the ids of the whole text, and those without control tokens from content.</summary>
    public static void Chats(string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        int chats = 0;
        foreach (JsonElement chat in GoldenSet.Records("hf-tokenizers/chat/chat.jsonl.gz").Where(chat => chat.GetProperty("tokenizer").GetString() == name))
        {
            string rendered = chat.GetProperty("rendered").GetString()!;
            string label = $"{chat.GetProperty("family")}/{chat.GetProperty("name")}";
            Assert.True(tokenizer.Encode(rendered, addSpecialTokens: false).SequenceEqual(IdsOf(chat, "ids")), label);
            Assert.True(tokenizer.EncodeSanitized(rendered, SpansOf(chat, rendered)).SequenceEqual(IdsOf(chat, "ids_sanitized")), $"{label} sanitized");
            chats++;
        }

        Assert.True(chats > 20);
    }

    /// <summary>Another file of a family's vocabulary gives the same ids, control tokens aside.</summary>
    public static void SameVocabulary(Tokenizer tokenizer, string family)
    {
        int compared = 0;
        foreach (JsonElement record in GoldenSet.RealRecords(family).Where(record => record.GetProperty("k").GetString() == "encode"))
        {
            string text = record.GetProperty("text").GetString()!;
            Assert.True(IdsOf(record, record.TryGetProperty("ids_plain", out _) ? "ids_plain" : "ids").SequenceEqual(tokenizer.EncodePlain(text)), text);
            compared++;
        }

        Assert.True(compared > 300);
    }

    /// <summary>Texts that hold nearly every code point.</summary>
    public static void Sweep(string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        foreach (JsonElement record in GoldenSet.Records($"hf-tokenizers/real/{name}/sweep.jsonl.gz"))
        {
            string text = record.GetProperty("text").GetString()!;
            int[] ids = IdsOf(record, "ids");
            Assert.True(ids.SequenceEqual(tokenizer.Encode(text, addSpecialTokens: false)), $"from U+{record.GetProperty("from").GetInt32():X}");
            JsonElement decoded = record.GetProperty("decoded");
            Assert.Equal(decoded.ValueKind == JsonValueKind.True ? text : decoded.GetString(), tokenizer.Decode(ids));
        }
    }

    /// <summary>llama.cpp's texts and the ids it has for them.</summary>
    public static void LlamaCppVectors(string vectors, string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        string[] texts = File.ReadAllText(SharedData.PathOf($"tokenizers/vectors/llama.cpp/{vectors}.inp")).Split("\n__ggml_vocab_test__\n");
        string[] expected = File.ReadAllLines(SharedData.PathOf($"tokenizers/vectors/llama.cpp/{vectors}.out"));
        Assert.True(Math.Min(texts.Length, expected.Length) > 40);
        for (int i = 0; i < texts.Length && i < expected.Length; i++)
        {
            string ids = string.Join(' ', tokenizer.Encode(texts[i], addSpecialTokens: false));
            Assert.True(ids == expected[i].Trim(), $"text {i}: {texts[i]}\nwanted {expected[i]}\ngot    {ids}");
        }
    }

    /// <summary>transformers.js' texts and the ids it has for them.</summary>
    public static void TransformersJsVectors(string file, string model, string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf($"tokenizers/vectors/transformers.js/{file}.json")));
        int compared = 0;
        foreach (JsonProperty entry in document.RootElement.GetProperty(model).EnumerateObject().Where(entry => !entry.Value.TryGetProperty("text_pair", out _)))
        {
            string text = entry.Value.GetProperty("text").GetString()!;
            Assert.True(IdsOf(entry.Value, "ids").SequenceEqual(tokenizer.Encode(text)), $"{entry.Name}: {text}\ngot {string.Join(' ', tokenizer.Encode(text))}");
            compared++;
        }

        Assert.True(compared > 5);
    }

    /// <summary>Random strings of every kind of character: no exception, and a byte-level vocabulary gives each back.</summary>
    public static void RandomTexts(Tokenizer tokenizer, int count, bool roundTrips, int seed)
    {
        Random random = new(seed);
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
        {
            text.Clear();
            for (int length = random.Next(24); length > 0; length--)
            {
                text.Append(RandomCharacter(random));
            }

            string written = text.ToString();
            int[] ids = tokenizer.Encode(written, addSpecialTokens: false);
            string decoded = tokenizer.Decode(ids, skipSpecialTokens: false);
            if (roundTrips && decoded != written)
            {
                Assert.Fail($"{JsonSerializer.Serialize(written)} came back as {JsonSerializer.Serialize(decoded)}");
            }
        }
    }

    private static string RandomCharacter(Random random) => random.Next(6) switch
    {
        0 => char.ConvertFromUtf32(random.Next(0x20, 0x7F)),
        1 => " \n\t\r\u00A0\u3000\u0085\u200B\u2028"[random.Next(9)].ToString(),
        2 => char.ConvertFromUtf32(random.Next(0x80, 0x600)),
        3 => char.ConvertFromUtf32(random.Next(0x600, 0xD800)),
        4 => char.ConvertFromUtf32(random.Next(0xE000, 0x110000)),
        _ => "the and 123 don't <|im_end|> Zürich 中文 \u0301".Split(' ')[random.Next(7)],
    };

    private static int[] IdsOf(JsonElement record, string name) => record.GetProperty(name).EnumerateArray().Select(id => id.GetInt32()).ToArray();

    /// <summary>The records count code points, the tokenizer UTF-16 units.</summary>
    private static ContentSpan[] SpansOf(JsonElement chat, string rendered)
    {
        List<int> units = [0];
        foreach (Rune rune in rendered.EnumerateRunes())
        {
            units.Add(units[^1] + rune.Utf16SequenceLength);
        }

        return chat.GetProperty("content_spans").EnumerateArray().Select(span => (Start: units[span[0].GetInt32()], End: units[span[1].GetInt32()]))
            .Select(span => new ContentSpan(span.Start, span.End - span.Start)).ToArray();
    }
}
