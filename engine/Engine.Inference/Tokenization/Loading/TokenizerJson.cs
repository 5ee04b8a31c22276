using System.Text.Json;
using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.Models;
using Engine.Inference.Tokenization.Normalizers;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Reads a <c>tokenizer.json</c>, the format of Hugging Face's tokenizers.</summary>
internal static class TokenizerJson
{
    private const int MaximumDepth = 48;
    private const int MaximumAddedTokens = 1 << 20;

    /// <exception cref="FormatException">The file is not usable; the message says what of it.</exception>
    /// <exception cref="JsonException">The file is not JSON.</exception>
    public static TokenizerParts Read(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("\uFEFF"u8))
        {
            file = file[3..];
        }

        if (!System.Text.Unicode.Utf8.IsValid(file))
        {
            throw new FormatException("it is not valid UTF-8");
        }

        Dictionary<string, JsonElement> sections = [];
        ModelReader? model = null;
        Utf8JsonReader reader = new(file, new JsonReaderOptions { MaxDepth = MaximumDepth });
        reader.Read();
        JsonText.Expect(ref reader, JsonTokenType.StartObject, "tokenizer.json");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == "model")
            {
                model = ModelReader.Read(file, ref reader);
                continue;
            }

            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            sections[name] = document.RootElement.Clone();
        }

        return Assemble(file, model ?? throw new FormatException("'model' is missing"), sections);
    }

    private static TokenizerParts Assemble(ReadOnlySpan<byte> file, ModelReader model, Dictionary<string, JsonElement> sections)
    {
        JsonElement? Section(string name) =>
            sections.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

        bool takesBytes = PreTokenizerReader.EndsWithByteLevel(Section("pre_tokenizer"));
        TokenizationModel built = model.Build(file, ref takesBytes);
        Normalizer? normalizer = Section("normalizer") is { } normalizerSection ? NormalizerReader.Read(normalizerSection) : null;
        return new TokenizerParts
        {
            Model = built,
            Normalizer = normalizer,
            Added = new AddedVocabulary(ReadAddedTokens(Section("added_tokens")), built.Vocabulary, normalizer),
            PreTokenizer = Section("pre_tokenizer") is { } preTokenizer ? PreTokenizerReader.Read(preTokenizer, mapsBytes: !takesBytes) : null,
            PostProcessor = Section("post_processor") is { } postProcessor ? PostProcessorReader.Read(postProcessor) : null,
            Decoder = DecoderReader.Read(Section("decoder")),
            Truncation = Section("truncation") is { } truncation ? PostProcessorReader.ReadTruncation(truncation) : null,
            Padding = Section("padding") is { } padding ? PostProcessorReader.ReadPadding(padding) : null,
        };
    }

    private static List<AddedToken> ReadAddedTokens(JsonElement? section)
    {
        List<AddedToken> tokens = [];
        if (section is not { ValueKind: JsonValueKind.Array } list)
        {
            return tokens;
        }

        if (list.GetArrayLength() > MaximumAddedTokens)
        {
            throw new FormatException($"'added_tokens' has more than {MaximumAddedTokens} entries");
        }

        foreach (JsonElement token in list.EnumerateArray())
        {
            tokens.Add(AddedTokenReader.Read(token));
        }

        return tokens;
    }
}
