using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>Which characters of a string are content (written by users) rather than template. Sorted spans that do not touch.</summary>
internal sealed class ContentMap(LabelSpan[] spans)
{
    /// <summary>Stands for all characters of whatever string it belongs to.</summary>
    public static ContentMap Everything { get; } = new([]);

    public bool IsEverything => ReferenceEquals(this, Everything);

    private ReadOnlySpan<LabelSpan> AllSpans => spans;

    /// <summary>The spans that share a character with a stretch.</summary>
    public ReadOnlySpan<LabelSpan> Overlapping(int start, int end)
    {
        int first = FirstEndingAfter(start);
        int last = first;
        while (last < spans.Length && spans[last].Start < end)
        {
            last++;
        }

        return spans.AsSpan(first, last - first);
    }

    public bool Touches(int start, int end) => end > start && (IsEverything || !Overlapping(start, end).IsEmpty);

    /// <summary>The labels of two strings put together.</summary>
    public static ContentMap? Join(ContentMap? left, int leftLength, ContentMap? right, int rightLength)
    {
        if (ReferenceEquals(left, right) && (left is null || left.IsEverything))
        {
            return left;
        }

        ReadOnlySpan<LabelSpan> first = Spans(left, leftLength);
        ReadOnlySpan<LabelSpan> second = Spans(right, rightLength);
        bool touches = first.Length > 0 && second.Length > 0 && first[^1].End == leftLength && second[0].Start == 0;
        LabelSpan[] joined = new LabelSpan[first.Length + second.Length - (touches ? 1 : 0)];
        first.CopyTo(joined);
        int shift = touches ? first.Length - 1 : first.Length;
        for (int i = 0; i < second.Length; i++)
        {
            int start = touches && i == 0 ? first[^1].Start : second[i].Start + leftLength;
            joined[shift + i] = new LabelSpan(start, second[i].End + leftLength);
        }

        return new ContentMap(joined);
    }

    private static ReadOnlySpan<LabelSpan> Spans(ContentMap? map, int length) =>
        map is null ? [] : map.IsEverything ? new LabelSpan[] { new(0, length) } : map.AllSpans;

    private int FirstEndingAfter(int position)
    {
        int low = 0;
        int high = spans.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (spans[middle].End <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
