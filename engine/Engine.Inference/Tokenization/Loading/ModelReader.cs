using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Engine.Inference.Tokenization.Models;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>
/// Makes the model of the <c>model</c> section of tokenizer.json. Vocabulary and merges, which are nearly all of the file, are read as they
/// come, without a document in between.
/// </summary>
internal sealed class ModelReader
{
    private const int BytesPerToken = 64;
    private const int MostExpectedTokens = 1 << 18;
    private const string PrefixField = "continuing_subword_prefix";

    private readonly Dictionary<string, JsonElement> _settings = [];
    private readonly MergeReader _merges = new();
    private Vocabulary? _vocabulary;
    private List<double>? _scores;

    /// <summary>Reads the section; the reader stands on its opening brace.</summary>
    /// <param name="file">The whole file, from which merges that come before the vocabulary are read again.</param>
    /// <param name="reader">Reads the file.</param>
    public static ModelReader Read(ReadOnlySpan<byte> file, ref Utf8JsonReader reader)
    {
        ModelReader model = new();
        JsonText.Expect(ref reader, JsonTokenType.StartObject, "model");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "vocab" when reader.TokenType == JsonTokenType.StartObject:
                    model.ReadVocabulary(ref reader, Math.Min(MostExpectedTokens, file.Length / BytesPerToken));
                    break;
                case "vocab":
                    model.ReadScoredVocabulary(ref reader);
                    break;
                case "merges":
                    // What a merge makes depends on the prefix; where the file names it later, the list is read again at the end.
                    bool canRead = model._settings.ContainsKey(PrefixField);
                    model._merges.Read(ref reader, canRead ? model._vocabulary : null, canRead ? model.OptionalBytes(PrefixField)?.Length ?? 0 : 0);
                    break;
                default:
                    using (JsonDocument document = JsonDocument.ParseValue(ref reader))
                    {
                        model._settings[name] = document.RootElement.Clone();
                    }

                    break;
            }
        }

        return model;
    }

    /// <param name="file">The whole file.</param>
    /// <param name="takesBytes">Pieces will come as plain bytes, if the model can take them so.</param>
    public TokenizationModel Build(ReadOnlySpan<byte> file, ref bool takesBytes)
    {
        Vocabulary vocabulary = _vocabulary ?? throw new FormatException("'vocab' is missing");
        string type = OptionalString("type") ?? GuessType();
        bool byteFallback = OptionalBoolean("byte_fallback");
        BpeOptions options = new()
        {
            UnknownToken = OptionalBytes("unk_token"),
            ContinuingPrefix = OptionalBytes(PrefixField) ?? [],
            EndSuffix = OptionalBytes("end_of_word_suffix") ?? [],
            FuseUnknown = OptionalBoolean("fuse_unk"),
            ByteFallback = byteFallback,
            IgnoreMerges = OptionalBoolean("ignore_merges"),
        };
        takesBytes &= type == "BPE" && !byteFallback && options.ContinuingPrefix.Length == 0 && options.EndSuffix.Length == 0;
        switch (type)
        {
            case "BPE" when OptionalNumber("dropout") > 0:
                throw new FormatException("'dropout' above 0 makes ids random; remove it to use the model");
            case "BPE":
                return new BpeModel(vocabulary, _merges.Finish(file, vocabulary, options.ContinuingPrefix.Length), options with { TakesBytes = takesBytes });
            case "Unigram":
                List<double> scores = _scores ?? throw new FormatException("the vocabulary of a Unigram model has to be a list of tokens and scores");
                int? unknown = _settings.TryGetValue("unk_id", out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
                return unknown is < 0 || unknown >= scores.Count
                    ? throw new FormatException("'unk_id' is not in the vocabulary")
                    : new UnigramModel(vocabulary, scores.ToArray(), unknown, byteFallback);
            case "WordPiece":
                return new WordPieceModel(
                    vocabulary,
                    OptionalBytes("unk_token") ?? "[UNK]"u8.ToArray(),
                    OptionalBytes(PrefixField) ?? "##"u8.ToArray(),
                    _settings.TryGetValue("max_input_chars_per_word", out JsonElement maximum) ? maximum.GetInt32() : 100);
            case "WordLevel":
                return new WordLevelModel(vocabulary, OptionalBytes("unk_token") ?? "<unk>"u8.ToArray());
            default:
                throw new FormatException($"the model type '{type}' is not known");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadVocabulary(ref Utf8JsonReader reader, int expectedCount)
    {
        Vocabulary vocabulary = new(expectedCount);
        byte[] scratch = new byte[64];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> spelling = JsonText.Of(ref reader, ref scratch);
            Utf8JsonReader number = reader;
            number.Read();
            if (number.TokenType != JsonTokenType.Number || !number.TryGetInt32(out int id) || id is < 0 or > Vocabulary.MaximumId)
            {
                throw new FormatException($"the id of '{Encoding.UTF8.GetString(spelling)}' is not a whole number from 0 to {Vocabulary.MaximumId}");
            }

            vocabulary.Add(spelling, id);
            reader.Read();
        }

        _vocabulary = vocabulary;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReadScoredVocabulary(ref Utf8JsonReader reader)
    {
        JsonText.Expect(ref reader, JsonTokenType.StartArray, "vocab");
        Vocabulary vocabulary = new(1 << 15);
        List<double> scores = [];
        byte[] scratch = new byte[64];
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            JsonText.Expect(ref reader, JsonTokenType.String, "vocab");
            if (scores.Count > Vocabulary.MaximumId)
            {
                throw new FormatException("the vocabulary is too large");
            }

            vocabulary.Add(JsonText.Of(ref reader, ref scratch), scores.Count, keepsOlderId: true);
            reader.Read();
            JsonText.Expect(ref reader, JsonTokenType.Number, "vocab");
            scores.Add(JsonNumber.Parse(reader.ValueSpan));
            reader.Read();
            JsonText.Expect(ref reader, JsonTokenType.EndArray, "vocab");
        }

        _vocabulary = vocabulary;
        _scores = scores;
    }

    /// <summary>Old files name no type.</summary>
    private string GuessType() =>
        _merges.IsPresent ? "BPE"
        : _scores is not null ? "Unigram"
        : _settings.ContainsKey(PrefixField) && _settings.ContainsKey("max_input_chars_per_word") ? "WordPiece"
        : "WordLevel";

    private string? OptionalString(string name) =>
        _settings.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw new FormatException($"'{name}' is not a string")
            : null;

    private byte[]? OptionalBytes(string name) => OptionalString(name) is { } text ? Encoding.UTF8.GetBytes(text) : null;

    private bool OptionalBoolean(string name) => _settings.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private double OptionalNumber(string name) =>
        _settings.TryGetValue(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
