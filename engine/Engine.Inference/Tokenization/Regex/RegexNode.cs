using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>What a regular expression consists of after parsing: sets of code points, sequences, choices, repetitions and conditions.</summary>
internal abstract record RegexNode
{
    public static RegexNode Empty { get; } = new SequenceNode([]);
}

/// <summary>One character of a set.</summary>
internal sealed record SetNode(CodePointSet Set) : RegexNode;

internal sealed record SequenceNode(IReadOnlyList<RegexNode> Items) : RegexNode;

/// <summary>The first alternative that leads to a match.</summary>
internal sealed record AlternationNode(IReadOnlyList<RegexNode> Alternatives) : RegexNode;

/// <summary>Repetition; <paramref name="Maximum"/> is <see cref="Unbounded"/> for no limit.</summary>
internal sealed record RepeatNode(RegexNode Body, int Minimum, int Maximum, bool Greedy) : RegexNode
{
    public const int Unbounded = int.MaxValue;
}

/// <summary>The body's first match, never another one: <c>(?&gt;…)</c> and possessive quantifiers.</summary>
internal sealed record AtomicNode(RegexNode Body) : RegexNode;

internal sealed record LookNode(RegexNode Body, bool Behind, bool Negative) : RegexNode;

internal sealed record AssertionNode(RegexAssertion Kind) : RegexNode;

/// <summary><c>\X</c>: one extended grapheme cluster.</summary>
internal sealed record GraphemeNode : RegexNode;

internal enum RegexAssertion
{
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    TextEndOrLastNewline,
    WordBoundary,
    NotWordBoundary,
}
