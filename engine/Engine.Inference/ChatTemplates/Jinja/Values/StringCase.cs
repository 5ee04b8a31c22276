using System.Globalization;
using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>
/// Python's case mappings: the full ones, where a character may become several. A result of the same length keeps each character's label;
/// one of another length is all content if any of it was.
/// </summary>
internal static class StringCase
{
    private const int CapitalSigma = 0x3A3;

    public static StringValue Upper(StringValue text, RenderBudget budget) => Map(text, budget, (rune, _) => FullCaseMapping.Upper(rune));

    public static StringValue Lower(StringValue text, RenderBudget budget) => Map(text, budget, (rune, at) => LowerAt(text.Text, rune, at));

    public static StringValue Fold(StringValue text, RenderBudget budget) => Map(text, budget, (rune, _) => FullCaseMapping.Fold(rune));

    public static StringValue Swap(StringValue text, RenderBudget budget) =>
        Map(text, budget, (rune, at) => IsUpper(rune) ? LowerAt(text.Text, rune, at) : IsLower(rune) ? FullCaseMapping.Upper(rune) : rune.ToString());

    public static StringValue Capitalize(StringValue text, RenderBudget budget) =>
        Map(text, budget, (rune, at) => at == 0 ? FullCaseMapping.Title(rune) : LowerAt(text.Text, rune, at));

    public static StringValue Title(StringValue text, RenderBudget budget)
    {
        bool isInWord = false;
        return Map(text, budget, (rune, at) =>
        {
            string mapped = isInWord ? LowerAt(text.Text, rune, at) : FullCaseMapping.Title(rune);
            isInWord = IsCased(rune);
            return mapped;
        });
    }

    public static bool IsUpper(string text) => text.EnumerateRunes().Any(IsUpper) && !text.EnumerateRunes().Any(rune => IsLower(rune) || IsTitle(rune));

    public static bool IsLower(string text) => text.EnumerateRunes().Any(IsLower) && !text.EnumerateRunes().Any(rune => IsUpper(rune) || IsTitle(rune));

    public static bool IsTitle(string text)
    {
        bool isInWord = false;
        bool hasCased = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsUpper(rune) || IsTitle(rune) ? isInWord : IsLower(rune) && !isInWord)
            {
                return false;
            }

            isInWord = IsCased(rune);
            hasCased |= isInWord;
        }

        return hasCased;
    }

    private static bool IsCased(Rune rune) => IsUpper(rune) || IsLower(rune) || IsTitle(rune);

    // Python goes by the derived properties Uppercase and Lowercase: letters, and a few numbers, symbols and modifiers besides.
    private static bool IsUpper(Rune rune) => Rune.IsUpper(rune) || rune.Value is (>= 0x2160 and <= 0x216F) or (>= 0x24B6 and <= 0x24CF)
        or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static bool IsLower(Rune rune) => Rune.IsLower(rune) || rune.Value is 0xAA or 0xBA or (>= 0x2B0 and <= 0x2B8) or 0x2C0 or 0x2C1
        or (>= 0x2E0 and <= 0x2E4) or 0x345 or 0x37A or (>= 0x1D2C and <= 0x1D6A) or 0x1D78 or (>= 0x1D9B and <= 0x1DBF) or 0x2071 or 0x207F
        or (>= 0x2090 and <= 0x209C) or (>= 0x2170 and <= 0x217F) or (>= 0x24D0 and <= 0x24E9) or 0x2C7C or 0x2C7D or 0xA69C or 0xA69D or 0xA770
        or 0xA7F8 or 0xA7F9 or (>= 0xAB5C and <= 0xAB5F);

    private static bool IsTitle(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    private static string LowerAt(string text, Rune rune, int at) =>
        rune.Value == CapitalSigma ? (IsFinalSigma(text, at) ? "ς" : "σ") : FullCaseMapping.Lower(rune);

    /// <summary>A sigma ends a word: a cased letter stands before it and none after, marks and the like left out.</summary>
    private static bool IsFinalSigma(string text, int at)
    {
        int before = at - 1;
        while (before >= 0 && IsCaseIgnorable(text, before))
        {
            before--;
        }

        int after = at + 1;
        while (after < text.Length && IsCaseIgnorable(text, after))
        {
            after++;
        }

        return before >= 0 && char.IsLetter(text[before]) && !(after < text.Length && char.IsLetter(text[after]));
    }

    private static bool IsCaseIgnorable(string text, int at) => text[at] is '\'' or '.' or ':' or '\u00AD' or '\u00B7' or '\u2019'
        || CharUnicodeInfo.GetUnicodeCategory(text[at]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static StringValue Map(StringValue text, RenderBudget budget, Func<Rune, int, string> map)
    {
        string source = text.Text;
        budget.Characters(source.Length * 2);
        StringBuilder builder = new(source.Length);
        bool keepsPlaces = true;
        int at = 0;
        while (at < source.Length)
        {
            if (!Rune.TryGetRuneAt(source, at, out Rune rune))
            {
                builder.Append(source[at++]);
                continue;
            }

            string mapped = map(rune, at);
            keepsPlaces &= mapped.Length == rune.Utf16SequenceLength;
            builder.Append(mapped);
            at += rune.Utf16SequenceLength;
        }

        string result = builder.ToString();
        ContentMap? content = keepsPlaces || text.Content is null ? text.Content : ContentMap.Everything;
        return result == source ? text : new StringValue(result, content);
    }
}
