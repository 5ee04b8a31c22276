namespace Engine.Inference.Tokenization.PostProcessors;

/// <summary>Cuts a text or a pair to a number of tokens, as the file's truncation section says.</summary>
internal sealed record Truncation(int MaximumLength, int Stride, TruncationStrategy Strategy, bool FromLeft)
{
    /// <exception cref="TokenizationException">The strategy cannot reach the length with these texts.</exception>
    public (int[] First, int[]? Second) Apply(int[] first, int[]? second, int addedTokens)
    {
        int maximum = Math.Max(0, MaximumLength - addedTokens);
        if (maximum == 0)
        {
            return ([], second is null ? null : []);
        }

        int total = first.Length + (second?.Length ?? 0);
        if (total <= maximum)
        {
            return (first, second);
        }

        switch (Strategy)
        {
            case TruncationStrategy.LongestFirst when second is not null:
                (int shorter, int longer) = (Math.Min(first.Length, second.Length), Math.Max(first.Length, second.Length));
                longer = shorter > maximum ? shorter : Math.Max(shorter, maximum - shorter);
                if (shorter + longer > maximum)
                {
                    shorter = maximum / 2;
                    longer = shorter + maximum % 2;
                }

                return first.Length > second.Length ? (Cut(first, longer), Cut(second, shorter)) : (Cut(first, shorter), Cut(second, longer));
            case TruncationStrategy.LongestFirst:
                return (Cut(first, maximum), null);
            case TruncationStrategy.OnlyFirst:
                return (Cut(first, LengthLeft(first.Length, total - maximum)), second);
            default:
                return second is null
                    ? throw new TokenizationException("The tokenizer truncates the second text of a pair, and there is only one.")
                    : (first, Cut(second, LengthLeft(second.Length, total - maximum)));
        }
    }

    private static int LengthLeft(int length, int removed) => length > removed
        ? length - removed
        : throw new TokenizationException("The text that the tokenizer truncates is too short to reach its maximum length.");

    private int[] Cut(int[] ids, int length)
    {
        if (ids.Length <= length)
        {
            return ids;
        }

        if (length > 0 && Stride >= length)
        {
            throw new TokenizationException("The tokenizer's truncation stride is not below the length that is left for the text.");
        }

        return FromLeft ? ids[^length..] : ids[..length];
    }
}

/// <summary>Which text of a pair is cut.</summary>
internal enum TruncationStrategy
{
    LongestFirst,
    OnlyFirst,
    OnlySecond,
}
