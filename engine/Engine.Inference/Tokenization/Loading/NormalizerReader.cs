using System.Text.Json;
using Engine.Inference.Tokenization.Normalizers;
using Engine.Inference.Tokenization.Regex;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Makes normalizers of the <c>normalizer</c> section of tokenizer.json.</summary>
internal static class NormalizerReader
{
    public static Normalizer Read(JsonElement section)
    {
        string type = section.RequiredString("type");
        return type switch
        {
            "Sequence" => new NormalizerSequence(section.RequiredArray("normalizers").Select(Read).ToArray()),
            "NFC" => new UnicodeForm(compatibility: false, compose: true),
            "NFD" => new UnicodeForm(compatibility: false, compose: false),
            "NFKC" => new UnicodeForm(compatibility: true, compose: true),
            "NFKD" => new UnicodeForm(compatibility: true, compose: false),
            "Lowercase" => new Lowercase(),
            "Nmt" => CharacterFilter.Nmt(),
            "StripAccents" => CharacterFilter.StripAccents(),
            "Strip" => new Strip(section.OptionalBoolean("strip_left", true), section.OptionalBoolean("strip_right", true)),
            "Prepend" => new Prepend(section.RequiredBytes("prepend")),
            "Replace" => new Replace(ReadPattern(section.Required("pattern")), section.RequiredBytes("content")),
            "ByteLevel" => new ByteLevelNormalizer(),
            "Precompiled" => new Precompiled(section.RequiredString("precompiled_charsmap")),
            "BertNormalizer" => ReadBert(section),
            _ => throw new FormatException($"the normalizer type '{type}' is not known"),
        };
    }

    /// <summary>A pattern of a Split or Replace step: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
    public static TextPattern ReadPattern(JsonElement pattern)
    {
        if (pattern.OptionalBytes("String") is { } literal)
        {
            return TextPattern.Literal(literal);
        }

        string regex = pattern.RequiredString("Regex");
        try
        {
            return TextPattern.Regex(regex);
        }
        catch (RegexSyntaxException exception)
        {
            throw new FormatException($"{exception.Message} Pattern: {(regex.Length > 200 ? regex[..200] + "…" : regex)}", exception);
        }
    }

    private static NormalizerSequence ReadBert(JsonElement section)
    {
        bool lowercase = section.OptionalBoolean("lowercase", true);
        List<Normalizer> steps = [];
        if (section.OptionalBoolean("clean_text", true))
        {
            steps.Add(CharacterFilter.BertClean());
        }

        if (section.OptionalBoolean("handle_chinese_chars", true))
        {
            steps.Add(new ChineseSpacing());
        }

        if (section.OptionalBoolean("strip_accents", lowercase))
        {
            steps.Add(new UnicodeForm(compatibility: false, compose: false));
            steps.Add(CharacterFilter.BertAccents());
        }

        if (lowercase)
        {
            steps.Add(new Lowercase());
        }

        return new NormalizerSequence(steps);
    }
}
