using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Regex;

/// <summary>
/// Matching without regard to case, by full case folding: characters are equal when their foldings are, and a folding may have several
/// characters, so that ß matches "ss" and the other way round.
/// </summary>
internal static class CaseFolding
{
    private const int LongestFolding = 3;

    private static readonly Lazy<Dictionary<int, int[]>> Foldings = new(() => UnicodeData.Mapping("fold"));

    /// <summary>From a folding, as a string, to the characters that have it.</summary>
    private static readonly Lazy<Dictionary<string, List<int>>> Unfoldings = new(() =>
    {
        Dictionary<string, List<int>> unfoldings = [];
        foreach ((int codePoint, int[] folding) in Foldings.Value)
        {
            string key = Key(folding);
            if (!unfoldings.TryGetValue(key, out List<int>? characters))
            {
                unfoldings.Add(key, characters = []);
            }

            characters.Add(codePoint);
        }

        return unfoldings;
    });

    public static int[] CodePoints(string text)
    {
        List<int> codePoints = new(text.Length);
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            codePoints.Add(rune.Value);
        }

        return codePoints.ToArray();
    }

    /// <summary>A literal string as nodes.</summary>
    public static RegexNode Literal(IReadOnlyList<int> codePoints, bool ignoreCase)
    {
        if (!ignoreCase)
        {
            List<RegexNode> items = new(codePoints.Count);
            foreach (int codePoint in codePoints)
            {
                items.Add(new SetNode(CodePointSet.Of(codePoint)));
            }

            return items.Count == 1 ? items[0] : new SequenceNode(items);
        }

        List<int> folded = [];
        foreach (int codePoint in codePoints)
        {
            folded.AddRange(FoldingOf(codePoint));
        }

        return FoldedSequence(folded.ToArray());
    }

    /// <summary>The set with every character that is equal to one of it but for case.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        List<int> added = [];
        foreach ((int codePoint, int[] folding) in Foldings.Value)
        {
            if (folding.Length == 1 && (set.Contains(codePoint) || set.Contains(folding[0])))
            {
                added.Add(folding[0]);
                added.AddRange(Unfoldings.Value[Key(folding)]);
            }
            else if (folding.Length > 1 && set.Contains(codePoint))
            {
                added.AddRange(Unfoldings.Value[Key(folding)]);
            }
        }

        return set.Union(CodePointSet.Of(added.ToArray()));
    }

    /// <summary>The strings that characters of the set fold to, such as "ss" for ß.</summary>
    public static IEnumerable<RegexNode> StringsOf(CodePointSet set)
    {
        foreach ((string key, List<int> characters) in Unfoldings.Value)
        {
            int[] folding = CodePoints(key);
            if (folding.Length > 1 && characters.Exists(set.Contains))
            {
                yield return FoldedSequence(folding);
            }
        }
    }

    /// <summary>At each place the characters that fold to what stands there, or one character that folds to several of what follows.</summary>
    private static RegexNode FoldedSequence(ReadOnlySpan<int> folded)
    {
        List<RegexNode> items = [];
        for (int i = 0; i < folded.Length;)
        {
            int length = 1;
            List<int>? ligatures = null;
            for (int candidate = Math.Min(LongestFolding, folded.Length - i); candidate > 1 && ligatures is null; candidate--)
            {
                if (Unfoldings.Value.TryGetValue(Key(folded.Slice(i, candidate)), out ligatures))
                {
                    length = candidate;
                }
            }

            if (ligatures is null)
            {
                items.Add(new SetNode(SingleSet(folded[i])));
            }
            else
            {
                List<RegexNode> spelled = [];
                foreach (int codePoint in folded.Slice(i, length))
                {
                    spelled.Add(new SetNode(SingleSet(codePoint)));
                }

                // A shorter ligature may begin inside the longer one (ff in ffi): spell the first and go on behind it.
                RegexNode tail = length > 2 ? FoldedSequence(folded.Slice(i + 1, length - 1)) : spelled[^1];
                RegexNode head = length > 2 && Unfoldings.Value.TryGetValue(Key(folded.Slice(i, 2)), out List<int>? two)
                    ? new AlternationNode([new SequenceNode([spelled[0], tail]), new SequenceNode([new SetNode(CodePointSet.Of(two.ToArray())), spelled[2]])])
                    : new SequenceNode([spelled[0], tail]);
                items.Add(new AlternationNode([head, new SetNode(CodePointSet.Of(ligatures.ToArray()))]));
            }

            i += length;
        }

        return items.Count == 1 ? items[0] : new SequenceNode(items);
    }

    private static CodePointSet SingleSet(int folded) =>
        Unfoldings.Value.TryGetValue(char.ConvertFromUtf32(folded), out List<int>? others)
            ? CodePointSet.Of([folded, .. others])
            : CodePointSet.Of(folded);

    private static int[] FoldingOf(int codePoint) => Foldings.Value.GetValueOrDefault(codePoint) ?? [codePoint];

    private static string Key(ReadOnlySpan<int> codePoints)
    {
        System.Text.StringBuilder key = new();
        foreach (int codePoint in codePoints)
        {
            key.Append(char.ConvertFromUtf32(codePoint));
        }

        return key.ToString();
    }
}
