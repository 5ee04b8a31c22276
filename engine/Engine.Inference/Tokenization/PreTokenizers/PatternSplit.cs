using Engine.Inference.Tokenization.Regex;
using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.PreTokenizers;

/// <summary>Splits at the matches of a pattern; most pre-tokenizers are this with one pattern or another.</summary>
internal sealed class PatternSplit(TextPattern pattern, SplitBehavior behavior, bool invert = false) : PreTokenizer
{
    private static readonly TextPattern Punctuations = TextPattern.AnyOf(UnicodeData.Set("hf:punctuation"));
    private static readonly TextPattern Numbers = TextPattern.AnyOf(UnicodeData.Set("hf:numeric"));
    private static readonly TextPattern Spaces = TextPattern.AnyOf(UnicodeData.WhiteSpace);

    public static PatternSplit WhitespaceSplit() => new(Spaces, SplitBehavior.Removed);

    public static PatternSplit Punctuation(SplitBehavior behavior) => new(Punctuations, behavior);

    public static PatternSplit Digits(bool individual) => new(Numbers, individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    public static PreTokenizerSequence Bert() => new([WhitespaceSplit(), Punctuation(SplitBehavior.Isolated)]);

    /// <summary>Words and runs of what is neither word nor white space: <c>\w+|[^\w\s]+</c>.</summary>
    public static PatternSplit Whitespace()
    {
        CodePointSet other = UnicodeData.WordCharacter.Union(UnicodeData.WhiteSpace).Complement();
        RegexNode words = new AlternationNode([Run(UnicodeData.WordCharacter), Run(other)]);
        return new(TextPattern.Regex(RegexCompiler.Compile(words)), SplitBehavior.Removed, invert: true);

        static RepeatNode Run(CodePointSet set) => new(new SetNode(set), 1, RepeatNode.Unbounded, Greedy: true);
    }

    public override void Split(PieceList pieces) => pieces.Split(pattern, behavior, invert);
}
