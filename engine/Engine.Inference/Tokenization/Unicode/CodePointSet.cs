namespace Engine.Inference.Tokenization.Unicode;

/// <summary>
/// A set of Unicode code points, kept as sorted ranges and asked through a two-stage bit table: one array read for ASCII, two for the rest.
/// </summary>
internal sealed class CodePointSet
{
    private const int PageBits = 8;
    private const int PageCount = (MaxCodePoint + 1) >> PageBits;
    private const ushort EmptyPage = 0;

    private readonly int[] _ranges;
    private readonly ulong _asciiLow;
    private readonly ulong _asciiHigh;
    private ushort[]? _pageIndex;
    private ulong[]? _pages;

    public const int MaxCodePoint = 0x10FFFF;

    /// <summary>Makes a set of inclusive ranges, given as first, last, first, last… in ascending order without overlaps.</summary>
    public CodePointSet(ReadOnlySpan<int> ranges)
    {
        _ranges = Merge(ranges);
        for (int i = 0; i < _ranges.Length && _ranges[i] < 128; i += 2)
        {
            for (int codePoint = _ranges[i]; codePoint <= Math.Min(127, _ranges[i + 1]); codePoint++)
            {
                _asciiLow |= codePoint < 64 ? 1UL << codePoint : 0;
                _asciiHigh |= codePoint < 64 ? 0 : 1UL << (codePoint - 64);
            }
        }
    }

    public static CodePointSet Empty { get; } = new([]);

    public static CodePointSet All { get; } = new([0, MaxCodePoint]);

    public ReadOnlySpan<int> Ranges => _ranges;

    public bool IsEmpty => _ranges.Length == 0;

    public static CodePointSet Of(params ReadOnlySpan<int> codePoints)
    {
        int[] sorted = codePoints.ToArray();
        Array.Sort(sorted);
        List<int> ranges = [];
        foreach (int codePoint in sorted)
        {
            ranges.Add(codePoint);
            ranges.Add(codePoint);
        }

        return new CodePointSet(Merge(ranges.ToArray()));
    }

    public bool Contains(int codePoint)
    {
        if ((uint)codePoint < 64)
        {
            return (_asciiLow >> codePoint & 1) != 0;
        }

        if ((uint)codePoint < 128)
        {
            return (_asciiHigh >> (codePoint - 64) & 1) != 0;
        }

        return ContainsBeyondAscii(codePoint);
    }

    /// <summary>Whether a text has a character of the set.</summary>
    public bool ContainsAny(ReadOnlySpan<byte> text)
    {
        for (int position = 0; position < text.Length;)
        {
            if (Contains(Utf8.Decode(text, position, out int length)))
            {
                return true;
            }

            position += length;
        }

        return false;
    }

    public CodePointSet Union(CodePointSet other)
    {
        List<(int First, int Last)> all = [.. Pairs(), .. other.Pairs()];
        all.Sort();
        List<int> merged = [];
        foreach ((int first, int last) in all)
        {
            if (merged.Count > 0 && first <= merged[^1] + 1)
            {
                merged[^1] = Math.Max(merged[^1], last);
                continue;
            }

            merged.Add(first);
            merged.Add(last);
        }

        return new CodePointSet(merged.ToArray());
    }

    public CodePointSet Complement()
    {
        List<int> ranges = [];
        int next = 0;
        foreach ((int first, int last) in Pairs())
        {
            if (first > next)
            {
                ranges.Add(next);
                ranges.Add(first - 1);
            }

            next = last + 1;
        }

        if (next <= MaxCodePoint)
        {
            ranges.Add(next);
            ranges.Add(MaxCodePoint);
        }

        return new CodePointSet(ranges.ToArray());
    }

    public CodePointSet Intersect(CodePointSet other) => Complement().Union(other.Complement()).Complement();

    public IEnumerable<(int First, int Last)> Pairs()
    {
        for (int i = 0; i < _ranges.Length; i += 2)
        {
            yield return (_ranges[i], _ranges[i + 1]);
        }
    }

    private static int[] Merge(ReadOnlySpan<int> ranges)
    {
        List<int> merged = new(ranges.Length);
        for (int i = 0; i < ranges.Length; i += 2)
        {
            if (merged.Count > 0 && ranges[i] <= merged[^1] + 1)
            {
                merged[^1] = Math.Max(merged[^1], ranges[i + 1]);
                continue;
            }

            merged.Add(ranges[i]);
            merged.Add(ranges[i + 1]);
        }

        return merged.ToArray();
    }

    private bool ContainsBeyondAscii(int codePoint)
    {
        // The pages are published last, so a racing reader sees either nothing or both arrays; building twice gives the same.
        ulong[]? pages = Volatile.Read(ref _pages);
        if (pages is null)
        {
            pages = BuildPages();
        }

        int page = _pageIndex![codePoint >> PageBits];
        return (pages[(page << 2) + (codePoint >> 6 & 3)] >> (codePoint & 63) & 1) != 0;
    }

    private ulong[] BuildPages()
    {
        ushort[] index = new ushort[PageCount];
        List<ulong> pages = [0, 0, 0, 0];
        Dictionary<(ulong, ulong, ulong, ulong), ushort> known = new() { [(0, 0, 0, 0)] = EmptyPage };
        Span<ulong> page = stackalloc ulong[4];
        int range = 0;
        for (int number = 0; number < PageCount; number++)
        {
            int first = number << PageBits;
            int last = first + (1 << PageBits) - 1;
            while (range < _ranges.Length && _ranges[range + 1] < first)
            {
                range += 2;
            }

            page.Clear();
            for (int i = range; i < _ranges.Length && _ranges[i] <= last; i += 2)
            {
                for (int codePoint = Math.Max(first, _ranges[i]); codePoint <= Math.Min(last, _ranges[i + 1]); codePoint++)
                {
                    page[codePoint >> 6 & 3] |= 1UL << (codePoint & 63);
                }
            }

            (ulong, ulong, ulong, ulong) key = (page[0], page[1], page[2], page[3]);
            if (!known.TryGetValue(key, out ushort place))
            {
                place = (ushort)known.Count;
                known.Add(key, place);
                pages.AddRange(page);
            }

            index[number] = place;
        }

        ulong[] built = pages.ToArray();
        _pageIndex = index;
        Volatile.Write(ref _pages, built);
        return built;
    }
}
