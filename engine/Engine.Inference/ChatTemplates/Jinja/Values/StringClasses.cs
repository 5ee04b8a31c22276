using System.Globalization;
using System.Text;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>Python's character classes.</summary>
internal static class StringClasses
{
    public static bool IsAlphabetic(Rune rune) => Rune.IsLetter(rune);

    public static bool IsDecimal(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber;

    /// <summary>Decimal digits, and digits such as superscripts that stand for one.</summary>
    public static bool IsDigit(Rune rune) => IsDecimal(rune) || (Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNumber
        && Rune.GetNumericValue(rune) is var value && value is >= 0 and <= 9 && double.IsInteger(value) && CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0);

    public static bool IsNumeric(Rune rune) => Rune.IsNumber(rune) || (Rune.IsLetter(rune) && Rune.GetNumericValue(rune) != -1);

    public static bool IsIdentifier(string text)
    {
        bool isFirst = true;
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            bool canStart = rune.Value == '_' || Rune.IsLetter(rune) || category == UnicodeCategory.LetterNumber;
            bool canFollow = category is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.ConnectorPunctuation;
            if (!canStart && (isFirst || !canFollow))
            {
                return false;
            }

            isFirst = false;
        }

        return !isFirst;
    }
}
