namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>Which characters of a string are content (written by users) rather than template. Sorted spans that do not touch.</summary>
internal sealed class ContentMap(ContentSpan[] spans)
{
    /// <summary>Stands for all characters of whatever string it belongs to.</summary>
    public static ContentMap Everything { get; } = new([]);

    public bool IsEverything => ReferenceEquals(this, Everything);

    /// <summary>The spans that share a character with a stretch.</summary>
    public ReadOnlySpan<ContentSpan> Overlapping(int start, int end)
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
