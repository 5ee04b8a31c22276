using System.Text;
using System.Text.Json;
using Engine.Inference.Tokenization.PreTokenizers;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>Makes pre-tokenizers of the <c>pre_tokenizer</c> section of tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    /// <param name="section">The section or one of its steps.</param>
    /// <param name="mapsBytes">False: a ByteLevel step at the end leaves bytes as they are, for a model that takes them so.</param>
    public static PreTokenizer Read(JsonElement section, bool mapsBytes)
    {
        string type = section.RequiredString("type");
        switch (type)
        {
            case "Sequence":
                JsonElement[] steps = section.RequiredArray("pretokenizers").ToArray();
                return new PreTokenizerSequence(steps.Select((step, i) => Read(step, mapsBytes || i < steps.Length - 1)).ToArray());
            case "ByteLevel":
                return new ByteLevelSplit(section.OptionalBoolean("add_prefix_space", true), section.OptionalBoolean("use_regex", true), mapsBytes);
            case "Metaspace":
                return ReadMetaspace(section);
            case "Split":
                return new PatternSplit(
                    NormalizerReader.ReadPattern(section.Required("pattern")), ReadBehavior(section), section.OptionalBoolean("invert", false));
            case "Punctuation":
                return PatternSplit.Punctuation(section.Optional("behavior") is null ? SplitBehavior.Isolated : ReadBehavior(section));
            case "Digits":
                return PatternSplit.Digits(section.OptionalBoolean("individual_digits", false));
            case "Whitespace":
                return PatternSplit.Whitespace();
            case "WhitespaceSplit":
                return PatternSplit.WhitespaceSplit();
            case "BertPreTokenizer":
                return PatternSplit.Bert();
            case "CharDelimiterSplit":
                Rune delimiter = CharacterOf(section, "delimiter");
                return new PatternSplit(TextPattern.AnyOf(CodePointSet.Of(delimiter.Value)), SplitBehavior.Removed);
            case "FixedLength":
                int length = section.OptionalInteger("length", int.MaxValue) ?? 5;
                return new FixedLengthSplit(length > 0 ? length : throw new FormatException("'length' is 0"));
            case "UnicodeScripts":
                return new UnicodeScriptsSplit();
            default:
                throw new FormatException($"the pre-tokenizer type '{type}' is not known");
        }
    }

    /// <summary>Whether the last step is ByteLevel.</summary>
    public static bool EndsWithByteLevel(JsonElement? section)
    {
        while (section is { } step && step.OptionalString("type") == "Sequence")
        {
            section = step.RequiredArray("pretokenizers").Cast<JsonElement?>().LastOrDefault();
        }

        return section is { } last && last.OptionalString("type") == "ByteLevel";
    }

    public static Rune CharacterOf(JsonElement section, string name)
    {
        string text = section.RequiredString(name);
        return Rune.TryGetRuneAt(text.Length == 0 ? "\0" : text, 0, out Rune rune) && rune.Utf16SequenceLength == text.Length
            ? rune
            : throw new FormatException($"'{name}' is not one character");
    }

    public static PrependScheme ReadScheme(JsonElement section)
    {
        bool never = !section.OptionalBoolean("add_prefix_space", true);
        PrependScheme scheme = section.OptionalString("prepend_scheme") switch
        {
            null => never ? PrependScheme.Never : PrependScheme.Always,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            string other => throw new FormatException($"the prepend scheme '{other}' is not known"),
        };
        return never && scheme != PrependScheme.Never
            ? throw new FormatException("'add_prefix_space' and 'prepend_scheme' contradict each other")
            : scheme;
    }

    private static MetaspaceSplit ReadMetaspace(JsonElement section) => new(
        Encoding.UTF8.GetBytes(CharacterOf(section, "replacement").ToString()), ReadScheme(section), section.OptionalBoolean("split", true));

    private static SplitBehavior ReadBehavior(JsonElement section) => section.RequiredString("behavior") switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        string other => throw new FormatException($"the split behavior '{other}' is not known"),
    };
}
