using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>What can be said of a pattern without a text: how it can begin, how long it can be.</summary>
internal static class RegexAnalysis
{
    /// <summary>The characters that a non-empty match begins with, and whether it can be empty (conditions count as empty).</summary>
    public static (CodePointSet First, bool CanBeEmpty) First(RegexNode node)
    {
        switch (node)
        {
            case SetNode set:
                return (set.Set, false);
            case SequenceNode sequence:
                CodePointSet first = CodePointSet.Empty;
                foreach (RegexNode item in sequence.Items)
                {
                    (CodePointSet itemFirst, bool itemEmpty) = First(item);
                    first = first.Union(itemFirst);
                    if (!itemEmpty)
                    {
                        return (first, false);
                    }
                }

                return (first, true);
            case AlternationNode alternation:
                CodePointSet any = CodePointSet.Empty;
                bool empty = false;
                foreach (RegexNode alternative in alternation.Alternatives)
                {
                    (CodePointSet alternativeFirst, bool alternativeEmpty) = First(alternative);
                    any = any.Union(alternativeFirst);
                    empty |= alternativeEmpty;
                }

                return (any, empty);
            case RepeatNode repeat:
                (CodePointSet bodyFirst, bool bodyEmpty) = First(repeat.Body);
                return (bodyFirst, bodyEmpty || repeat.Minimum == 0);
            case AtomicNode atomic:
                return First(atomic.Body);
            case GraphemeNode:
                return (CodePointSet.All, false);
            default:
                return (CodePointSet.Empty, true);
        }
    }

    /// <summary>The least and greatest number of characters of a match; <see cref="RepeatNode.Unbounded"/> where there is no limit.</summary>
    public static (int Minimum, int Maximum) Lengths(RegexNode node)
    {
        switch (node)
        {
            case SetNode:
                return (1, 1);
            case SequenceNode sequence:
                (int Minimum, int Maximum) total = (0, 0);
                foreach (RegexNode item in sequence.Items)
                {
                    (int itemMinimum, int itemMaximum) = Lengths(item);
                    total = (Add(total.Minimum, itemMinimum), Add(total.Maximum, itemMaximum));
                }

                return total;
            case AlternationNode alternation:
                int least = RepeatNode.Unbounded;
                int greatest = 0;
                foreach (RegexNode alternative in alternation.Alternatives)
                {
                    (int alternativeMinimum, int alternativeMaximum) = Lengths(alternative);
                    least = Math.Min(least, alternativeMinimum);
                    greatest = Math.Max(greatest, alternativeMaximum);
                }

                return (least, greatest);
            case RepeatNode repeat:
                (int minimum, int maximum) = Lengths(repeat.Body);
                return (Multiply(minimum, repeat.Minimum), Multiply(maximum, repeat.Maximum));
            case AtomicNode atomic:
                return Lengths(atomic.Body);
            case GraphemeNode:
                return (1, RepeatNode.Unbounded);
            default:
                return (0, 0);
        }
    }

    private static int Add(int a, int b) => (int)Math.Min((long)a + b, RepeatNode.Unbounded);

    private static int Multiply(int a, int b) => (int)Math.Min((long)a * b, RepeatNode.Unbounded);
}
