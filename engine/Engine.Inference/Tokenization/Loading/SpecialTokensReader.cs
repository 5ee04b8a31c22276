using System.Text.Json;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Reads the tokens with a role from tokenizer_config.json or special_tokens_map.json: each a string, or an object with its content.</summary>
internal static class SpecialTokensReader
{
    public static SpecialTokens Read(ReadOnlyMemory<byte> file)
    {
        using JsonDocument document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 32 });
        JsonElement root = document.RootElement;
        return new SpecialTokens(Content(root, "bos_token"), Content(root, "eos_token"), Content(root, "pad_token"), Content(root, "unk_token"));
    }

    private static string? Content(JsonElement root, string name) => root.Optional(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Object } token => token.OptionalString("content"),
        _ => null,
    };
}
