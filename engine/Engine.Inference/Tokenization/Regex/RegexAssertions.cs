using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>The conditions on a place in the text.</summary>
internal static class RegexAssertions
{
    private static readonly CodePointSet Word = UnicodeData.Set("onig:w");

    public static bool Holds(RegexAssertion assertion, ReadOnlySpan<byte> text, int position) => assertion switch
    {
        // A newline that ends the text begins no line behind it.
        RegexAssertion.LineStart => position == 0 || text[position - 1] == '\n' && position < text.Length,
        RegexAssertion.LineEnd => position == text.Length || text[position] == '\n',
        RegexAssertion.TextStart => position == 0,
        RegexAssertion.TextEnd => position == text.Length,
        RegexAssertion.TextEndOrLastNewline => position == text.Length || position == text.Length - 1 && text[position] == '\n',
        RegexAssertion.WordBoundary => IsWordBefore(text, position) != IsWordAt(text, position),
        _ => IsWordBefore(text, position) == IsWordAt(text, position),
    };

    private static bool IsWordAt(ReadOnlySpan<byte> text, int position) =>
        position < text.Length && Word.Contains(Utf8.Decode(text, position, out _));

    private static bool IsWordBefore(ReadOnlySpan<byte> text, int position) =>
        position > 0 && Word.Contains(Utf8.Decode(text, Utf8.Previous(text, position), out _));
}
