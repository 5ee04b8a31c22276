using System.Text.Json;
using Engine.Inference.Tokenization;

namespace Engine.Tests.Tokenization;

public class ChatIdsTests
{
    private const string Chats = "hf-tokenizers/chat/chat.jsonl.gz";

    public static TheoryData<string> Tokenizers() => ["smollm2", "qwen2.5", "qwen3", "llama-3", "llama-3.1", "phi-3-mini", "phi-4-mini", "mistral-v3", "mistral-v3-legacy", "gpt-oss", "gemma-3", "smollm3"];

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void EncodeSanitized_RenderedChats_ContentFormsNoControlTokens(string name)
    {
        Tokenizer tokenizer = GoldenSet.LoadReal(name);
        int chats = 0;
        foreach (JsonElement chat in GoldenSet.Records(Chats).Where(chat => chat.GetProperty("tokenizer").GetString() == name))
        {
            string rendered = chat.GetProperty("rendered").GetString()!;
            string label = $"{chat.GetProperty("family")}/{chat.GetProperty("name")}";
            Assert.True(tokenizer.Encode(rendered, addSpecialTokens: false).SequenceEqual(IdsOf(chat, "ids")), label);
            Assert.True(tokenizer.EncodeSanitized(rendered, SpansOf(chat, rendered)).SequenceEqual(IdsOf(chat, "ids_sanitized")), $"{label} sanitized");
            chats++;
        }

        Assert.True(chats > 0);
    }

    private static int[] IdsOf(JsonElement chat, string name) => chat.GetProperty(name).EnumerateArray().Select(id => id.GetInt32()).ToArray();

    /// <summary>The records count code points, the tokenizer UTF-16 units.</summary>
    private static ContentSpan[] SpansOf(JsonElement chat, string rendered)
    {
        List<int> units = [0];
        foreach (System.Text.Rune rune in rendered.EnumerateRunes())
        {
            units.Add(units[^1] + rune.Utf16SequenceLength);
        }

        return chat.GetProperty("content_spans").EnumerateArray().Select(span => (Start: units[span[0].GetInt32()], End: units[span[1].GetInt32()]))
            .Select(span => new ContentSpan(span.Start, span.End - span.Start)).ToArray();
    }
}
