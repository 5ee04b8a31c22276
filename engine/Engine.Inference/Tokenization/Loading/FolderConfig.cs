using System.Globalization;
using System.Text.Json;
using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.Models;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>
/// What tokenizer_config.json and special_tokens_map.json say beside a tokenizer: the tokens with a role, and for formats that do not have
/// them, added tokens and which are put around a text.
/// </summary>
internal sealed record FolderConfig(SpecialTokens Special, IReadOnlyList<AddedToken> AddedTokens, bool? AddBos, bool? AddEos, string? Class)
{
    private const int MaximumAddedTokens = 1 << 16;

    public static FolderConfig None { get; } = new(SpecialTokens.None, [], null, null, null);

    public bool IsClass(string prefix) => Class is not null && Class.StartsWith(prefix, StringComparison.Ordinal);

    public static FolderConfig Read(ReadOnlyMemory<byte> file)
    {
        using JsonDocument document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 32 });
        JsonElement root = document.RootElement;
        return new FolderConfig(
            new SpecialTokens(Content(root, "bos_token"), Content(root, "eos_token"), Content(root, "pad_token"), Content(root, "unk_token")),
            ReadAddedTokens(root),
            BooleanOf(root, "add_bos_token"),
            BooleanOf(root, "add_eos_token"),
            root.Optional("tokenizer_class") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null);
    }

    /// <summary>What is missing here as the other says.</summary>
    public FolderConfig Or(FolderConfig other) => this with
    {
        Special = new SpecialTokens(
            Special.Bos ?? other.Special.Bos, Special.Eos ?? other.Special.Eos, Special.Pad ?? other.Special.Pad, Special.Unknown ?? other.Special.Unknown),
    };

    private static List<AddedToken> ReadAddedTokens(JsonElement root)
    {
        List<AddedToken> tokens = [];
        if (root.Optional("added_tokens_decoder") is not { ValueKind: JsonValueKind.Object } decoder)
        {
            return tokens;
        }

        foreach (JsonProperty entry in decoder.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || id > Vocabulary.MaximumId
                || tokens.Count == MaximumAddedTokens)
            {
                throw new FormatException("'added_tokens_decoder' has a key that is no token id, or too many");
            }

            tokens.Add(AddedTokenReader.Read(entry.Value) with { FixedId = id });
        }

        return tokens;
    }

    /// <summary>A token as a string, or as an object with its content.</summary>
    private static string? Content(JsonElement root, string name) => root.Optional(name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Object } token => token.OptionalString("content"),
        _ => null,
    };

    private static bool? BooleanOf(JsonElement root, string name) => root.Optional(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
