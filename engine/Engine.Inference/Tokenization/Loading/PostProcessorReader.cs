using System.Text.Json;
using Engine.Inference.Tokenization.Models;
using Engine.Inference.Tokenization.PostProcessors;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Makes post-processors, truncation and padding of their sections of tokenizer.json.</summary>
internal static class PostProcessorReader
{
    private const int LongestTokenList = 1 << 20;
    private const int LongestTemplate = 1_000;

    /// <summary>Null for a section that adds nothing (ByteLevel only corrects offsets).</summary>
    public static PostProcessor? Read(JsonElement section)
    {
        string type = section.RequiredString("type");
        switch (type)
        {
            case "Sequence":
                PostProcessor[] steps = section.RequiredArray("processors").Select(Read).OfType<PostProcessor>().ToArray();
                return steps.Length == 0 ? null : new PostProcessorSequence(steps);
            case "ByteLevel":
                return null;
            case "TemplateProcessing":
                return ReadTemplate(section);
            case "BertProcessing":
                return TemplateProcessor.Bert(ReadToken(section, "cls"), ReadToken(section, "sep"));
            case "RobertaProcessing":
                return TemplateProcessor.Roberta(ReadToken(section, "cls"), ReadToken(section, "sep"));
            default:
                throw new FormatException($"the post-processor type '{type}' is not known");
        }
    }

    public static Truncation ReadTruncation(JsonElement section) => new(
        section.Required("max_length") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int length) && length >= 0
            ? length
            : int.MaxValue,
        section.OptionalInteger("stride", int.MaxValue) ?? 0,
        section.OptionalString("strategy") switch
        {
            null or "LongestFirst" => TruncationStrategy.LongestFirst,
            "OnlyFirst" => TruncationStrategy.OnlyFirst,
            "OnlySecond" => TruncationStrategy.OnlySecond,
            string other => throw new FormatException($"the truncation strategy '{other}' is not known"),
        },
        ReadFromLeft(section));

    public static Padding ReadPadding(JsonElement section)
    {
        JsonElement strategy = section.Required("strategy");
        return new Padding(
            strategy.ValueKind == JsonValueKind.Object ? strategy.RequiredInteger("Fixed", LongestTokenList) : null,
            section.OptionalInteger("pad_to_multiple_of", LongestTokenList),
            ReadFromLeft(section),
            section.RequiredInteger("pad_id", Vocabulary.MaximumId),
            section.OptionalInteger("pad_type_id", int.MaxValue) ?? 0);
    }

    private static bool ReadFromLeft(JsonElement section) => section.OptionalString("direction") switch
    {
        "Left" => true,
        null or "Right" => false,
        string other => throw new FormatException($"the direction '{other}' is not known"),
    };

    private static TemplateProcessor ReadTemplate(JsonElement section)
    {
        Dictionary<string, int[]> tokens = [];
        if (section.Optional("special_tokens") is { ValueKind: JsonValueKind.Object } specials)
        {
            foreach (JsonProperty special in specials.EnumerateObject())
            {
                tokens[special.Name] = special.Value.RequiredArray("ids").Select(IdOf).ToArray();
            }
        }

        return new TemplateProcessor(ReadPieces(section, "single", tokens), ReadPieces(section, "pair", tokens));
    }

    private static TemplatePiece[] ReadPieces(JsonElement section, string name, Dictionary<string, int[]> tokens)
    {
        List<TemplatePiece> pieces = [];
        foreach (JsonElement piece in section.RequiredArray(name))
        {
            if (pieces.Count == LongestTemplate)
            {
                throw new FormatException($"'{name}' has more than {LongestTemplate} places");
            }

            if (piece.Optional("Sequence") is { } sequence)
            {
                int typeId = sequence.RequiredInteger("type_id", int.MaxValue);
                pieces.Add(sequence.RequiredString("id") == "A" ? TemplatePiece.First(typeId) : TemplatePiece.Second(typeId));
                continue;
            }

            JsonElement special = piece.Required("SpecialToken");
            string id = special.RequiredString("id");
            pieces.Add(TemplatePiece.Special(
                tokens.GetValueOrDefault(id) ?? throw new FormatException($"'{name}' names the token '{id}', which 'special_tokens' lacks"),
                special.RequiredInteger("type_id", int.MaxValue)));
        }

        return name == "single" && pieces.Exists(piece => piece.IsSecond)
            ? throw new FormatException("'single' has a place for a second text")
            : pieces.ToArray();
    }

    /// <summary>A token as <c>[content, id]</c>.</summary>
    private static int ReadToken(JsonElement section, string name)
    {
        JsonElement[] pair = section.RequiredArray(name).ToArray();
        return pair.Length == 2 ? IdOf(pair[1]) : throw new FormatException($"'{name}' is not a token and its id");
    }

    private static int IdOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id is >= 0 and <= Vocabulary.MaximumId
            ? id
            : throw new FormatException($"a token id is not a whole number from 0 to {Vocabulary.MaximumId}");
}
