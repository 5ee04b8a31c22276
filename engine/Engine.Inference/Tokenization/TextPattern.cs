using Engine.Inference.Tokenization.Regex;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization;

/// <summary>What a Split or Replace step looks for: a fixed string, a set of characters, or a regular expression. Immutable.</summary>
internal sealed class TextPattern
{
    private readonly byte[]? _literal;
    private readonly CodePointSet? _set;
    private readonly RegexProgram? _regex;

    private TextPattern(byte[]? literal, CodePointSet? set, RegexProgram? regex)
    {
        _literal = literal;
        _set = set;
        _regex = regex;
    }

    public static TextPattern Literal(byte[] literal) =>
        literal.Length == 0 ? Regex(string.Empty) : new TextPattern(literal, null, null);

    /// <summary>Each single character of the set is a match.</summary>
    public static TextPattern AnyOf(CodePointSet set) => new(null, set, null);

    /// <exception cref="RegexSyntaxException">The pattern is malformed or not supported.</exception>
    public static TextPattern Regex(string pattern) => new(null, null, RegexProgram.Compile(pattern));

    public static TextPattern Regex(RegexProgram program) => new(null, null, program);

    /// <summary>The matches in one text, which the enumerator keeps.</summary>
    public MatchEnumerator Matches(ReadOnlySpan<byte> text) => new(text, _literal, _set, _regex?.RentMatcher());
}
