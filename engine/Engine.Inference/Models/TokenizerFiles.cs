using System.Text.Json;

namespace Engine.Inference.Models;

/// <summary>What the tokenizer's files say about the end of a text, read without building the tokenizer.</summary>
internal static class TokenizerFiles
{
    /// <summary>The id of the tokenizer's own end token; <see langword="null"/> if its files name none.</summary>
    /// <param name="folder">The folder of the tokenizer's files.</param>
    public static int? EndTokenId(string folder)
    {
        string configFile = Path.Combine(folder, "tokenizer_config.json");
        string mapFile = Path.Combine(folder, "special_tokens_map.json");
        string? content = null;
        if (File.Exists(configFile))
        {
            using JsonDocument config = JsonFile.Parse(configFile);
            content = ContentOf(config.RootElement, "eos_token");
            if (content is not null && IdInDecoder(config.RootElement, content) is { } id)
            {
                return id;
            }
        }

        if (content is null && File.Exists(mapFile))
        {
            using JsonDocument map = JsonFile.Parse(mapFile);
            content = ContentOf(map.RootElement, "eos_token");
        }

        string tokenizerFile = Path.Combine(folder, "tokenizer.json");
        return content is null || !File.Exists(tokenizerFile) ? null : IdInTokenizer(tokenizerFile, content);
    }

    // A special token is a text or an object with its text as "content".
    private static string? ContentOf(JsonElement root, string key)
    {
        if (!root.TryGetProperty(key, out JsonElement token))
        {
            return null;
        }

        if (token.ValueKind == JsonValueKind.Object)
        {
            token = token.TryGetProperty("content", out JsonElement content) ? content : default;
        }

        return token.ValueKind == JsonValueKind.String ? token.GetString() : null;
    }

    private static int? IdInDecoder(JsonElement root, string content)
    {
        if (!root.TryGetProperty("added_tokens_decoder", out JsonElement decoder) || decoder.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (JsonProperty token in decoder.EnumerateObject())
        {
            if (token.Value.ValueKind == JsonValueKind.Object && ContentOf(decoder, token.Name) == content && int.TryParse(token.Name, out int id))
            {
                return id;
            }
        }

        return null;
    }

    // A tokenizer.json has up to 35 MB: read as a stream of tokens, not as a document.
    private static int? IdInTokenizer(string path, string content)
    {
        Utf8JsonReader reader = new(JsonFile.ReadUtf8(path, JsonFile.MaxTokenizerBytes).Span);
        try
        {
            int? inVocabulary = null;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (reader.CurrentDepth == 1 && reader.ValueTextEquals("added_tokens"u8))
                {
                    reader.Read();
                    using JsonDocument added = JsonDocument.ParseValue(ref reader);
                    if (IdInAddedTokens(added.RootElement, content) is { } id)
                    {
                        return id;
                    }
                }
                else if (reader.CurrentDepth == 3 && reader.ValueTextEquals(content))
                {
                    // model.vocab is the only map of texts to numbers at this depth.
                    reader.Read();
                    inVocabulary = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int id) ? id : inVocabulary;
                }
            }

            return inVocabulary;
        }
        catch (JsonException exception)
        {
            throw JsonFile.Broken(path, exception);
        }
    }

    private static int? IdInAddedTokens(JsonElement tokens, string content)
    {
        foreach (JsonElement token in tokens.ValueKind == JsonValueKind.Array ? tokens.EnumerateArray() : default)
        {
            if (token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out JsonElement text) && text.ValueKind == JsonValueKind.String
                && text.ValueEquals(content) && token.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int value))
            {
                return value;
            }
        }

        return null;
    }
}
