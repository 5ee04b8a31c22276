using System.Text.Json;
using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.Regex;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>
/// Makes a tokenizer of Mistral's <c>tekken.json</c>: tokens with ranks, the word pattern, and control tokens that have the first ids; a rank's
/// id comes behind them.
/// </summary>
internal static class TekkenLoader
{
    private const int MaximumTokens = 1 << 21;

    /// <summary>The control tokens of the first version, whose files do not list them.</summary>
    private static readonly string[] FirstControlTokens =
    [
        "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]",
        "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
    ];

    public static TokenizerParts Load(ReadOnlyMemory<byte> file, FolderConfig config)
    {
        using JsonDocument document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = 16 });
        JsonElement settings = document.RootElement.Required("config");
        int controlCount = settings.RequiredInteger("default_num_special_tokens", MaximumTokens);
        int size = settings.OptionalInteger("default_vocab_size", MaximumTokens) ?? int.MaxValue;
        List<(byte[] Bytes, int Id)> tokens = [];
        foreach (JsonElement token in document.RootElement.RequiredArray("vocab"))
        {
            int rank = token.RequiredInteger("rank", MaximumTokens);
            byte[] bytes = Convert.FromBase64String(token.RequiredString("token_bytes"));
            if (bytes.Length == 0 || tokens.Count == MaximumTokens)
            {
                throw new FormatException("'vocab' has an empty token or too many");
            }

            if (rank < size - controlCount)
            {
                tokens.Add((bytes, rank + controlCount));
            }
        }

        tokens.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        string pattern = settings.RequiredString("pattern");
        try
        {
            List<AddedToken> added = ReadControlTokens(document.RootElement, controlCount);
            int? begin = added.Find(token => token.Content == "<s>")?.FixedId;
            return TiktokenLoader.Assemble(RankedMerges.Build(tokens), added, pattern, begin is not null && (config.AddBos ?? true) ? [begin.Value] : []);
        }
        catch (RegexSyntaxException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    private static List<AddedToken> ReadControlTokens(JsonElement root, int count)
    {
        Dictionary<int, string> named = [];
        if (root.Optional("special_tokens") is null)
        {
            for (int id = 0; id < FirstControlTokens.Length; id++)
            {
                named.Add(id, FirstControlTokens[id]);
            }
        }
        else
        {
            foreach (JsonElement token in root.RequiredArray("special_tokens"))
            {
                named[token.RequiredInteger("rank", MaximumTokens)] = token.RequiredString("token_str");
            }
        }

        List<AddedToken> tokens = [];
        for (int id = 0; id < count; id++)
        {
            tokens.Add(TiktokenLoader.Special(named.GetValueOrDefault(id) ?? $"<SPECIAL_{id}>", id));
        }

        return tokens;
    }
}
