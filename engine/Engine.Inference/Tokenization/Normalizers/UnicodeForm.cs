using Engine.Inference.Tokenization.Unicode;

namespace Engine.Inference.Tokenization.Normalizers;

/// <summary>NFC, NFD, NFKC and NFKD, by the tables that tokenizer files were made with.</summary>
internal sealed class UnicodeForm(bool compatibility, bool compose) : Normalizer
{
    private const int HangulFirst = 0xAC00;
    private const int HangulLast = 0xD7A3;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailFirst = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;

    private static readonly Dictionary<int, int[]> Canonical = UnicodeData.Mapping("nfd");
    private static readonly Dictionary<int, int[]> Compatible = UnicodeData.Mapping("nfkd");
    private static readonly Dictionary<int, int[]> CombiningClass = UnicodeData.Mapping("ccc");
    private static readonly Dictionary<(int, int), int> Compositions = UnicodeData.Mapping("compose")
        .ToDictionary(entry => (entry.Value[0], entry.Value[1]), entry => entry.Key);

    /// <summary>The characters that the form changes, moves or joins with others; a text without them is in the form already.</summary>
    private readonly CodePointSet _active = ActiveIn(compatibility, compose);

    public override void Normalize(TextBuffer text)
    {
        ReadOnlySpan<byte> source = text.Span;
        if (System.Text.Ascii.IsValid(source) || !_active.ContainsAny(source))
        {
            return;
        }

        List<int> codePoints = new(text.Length);
        for (int position = 0; position < source.Length;)
        {
            Decompose(Utf8.Decode(source, position, out int length), codePoints);
            position += length;
        }

        Order(codePoints);
        if (compose)
        {
            Compose(codePoints);
        }

        foreach (int codePoint in codePoints)
        {
            text.AppendCodePoint(codePoint);
        }

        text.Commit();
    }

    private static CodePointSet ActiveIn(bool compatibility, bool compose)
    {
        HashSet<int> active = [.. CombiningClass.Keys];
        if (compatibility)
        {
            active.UnionWith(Compatible.Keys);
        }

        if (compose)
        {
            HashSet<int> composites = [.. Compositions.Values];
            active.UnionWith(Canonical.Keys.Where(codePoint => !composites.Contains(codePoint)));
            active.UnionWith(Compositions.Keys.Select(pair => pair.Item2));
            active.UnionWith(Enumerable.Range(VowelFirst, VowelCount));
            active.UnionWith(Enumerable.Range(TailFirst, TailCount));
        }
        else
        {
            active.UnionWith(Canonical.Keys);
            active.UnionWith(Enumerable.Range(HangulFirst, HangulLast - HangulFirst + 1));
        }

        return CodePointSet.Of(active.ToArray());
    }

    private void Decompose(int codePoint, List<int> destination)
    {
        if (codePoint < 0x80)
        {
            destination.Add(codePoint);
        }
        else if (codePoint is >= HangulFirst and <= HangulLast)
        {
            int syllable = codePoint - HangulFirst;
            destination.Add(LeadFirst + syllable / (VowelCount * TailCount));
            destination.Add(VowelFirst + syllable % (VowelCount * TailCount) / TailCount);
            if (syllable % TailCount != 0)
            {
                destination.Add(TailFirst + syllable % TailCount);
            }
        }
        else if (compatibility && Compatible.TryGetValue(codePoint, out int[]? parts) || Canonical.TryGetValue(codePoint, out parts))
        {
            destination.AddRange(parts);
        }
        else
        {
            destination.Add(codePoint);
        }
    }

    private static int ClassOf(int codePoint) =>
        codePoint >= 0x300 && CombiningClass.TryGetValue(codePoint, out int[]? value) ? value[0] : 0;

    /// <summary>Sorts each run of combining characters by class, equal ones in their order. The sort is stable and n log n: a run can be long.</summary>
    private static void Order(List<int> codePoints)
    {
        for (int start = 0; start < codePoints.Count; start++)
        {
            if (ClassOf(codePoints[start]) == 0)
            {
                continue;
            }

            int end = start + 1;
            bool ordered = true;
            while (end < codePoints.Count && ClassOf(codePoints[end]) is int next && next != 0)
            {
                ordered &= ClassOf(codePoints[end - 1]) <= next;
                end++;
            }

            if (!ordered)
            {
                int[] sorted = codePoints.GetRange(start, end - start).OrderBy(ClassOf).ToArray();
                for (int i = 0; i < sorted.Length; i++)
                {
                    codePoints[start + i] = sorted[i];
                }
            }

            start = end;
        }
    }

    private static void Compose(List<int> codePoints)
    {
        int written = 0;
        int starter = -1;
        int lastClass = -1;
        for (int read = 0; read < codePoints.Count; read++)
        {
            int codePoint = codePoints[read];
            int combining = ClassOf(codePoint);
            if (starter >= 0 && lastClass < combining && TryCompose(codePoints[starter], codePoint, out int composed))
            {
                codePoints[starter] = composed;
                continue;
            }

            if (combining == 0)
            {
                starter = written;
                lastClass = -1;
            }
            else
            {
                lastClass = combining;
            }

            codePoints[written++] = codePoint;
        }

        codePoints.RemoveRange(written, codePoints.Count - written);
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if (first is >= LeadFirst and < LeadFirst + LeadCount && second is >= VowelFirst and < VowelFirst + VowelCount)
        {
            composed = HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TailCount;
            return true;
        }

        if (first is >= HangulFirst and <= HangulLast && (first - HangulFirst) % TailCount == 0 && second is > TailFirst and < TailFirst + TailCount)
        {
            composed = first + second - TailFirst;
            return true;
        }

        return Compositions.TryGetValue((first, second), out composed);
    }
}
