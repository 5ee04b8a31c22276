namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>Finding markers in text that is not all there yet.</summary>
internal static class Markers
{
    /// <summary>How much of a text cannot be the beginning of the marker, which does not occur in it.</summary>
    public static int CertainLength(string text, string marker)
    {
        for (int length = Math.Min(marker.Length - 1, text.Length); length > 0; length--)
        {
            if (text.AsSpan(text.Length - length).SequenceEqual(marker.AsSpan(0, length)))
            {
                return text.Length - length;
            }
        }

        return text.Length;
    }

    /// <summary>The first place of any of several markers, the longest where several begin there.</summary>
    public static (int At, string Marker)? First(string text, IReadOnlyList<string> markers)
    {
        (int At, string Marker)? first = null;
        foreach (string marker in markers)
        {
            int at = text.IndexOf(marker, StringComparison.Ordinal);
            if (at >= 0 && (first is not { } best || at < best.At || (at == best.At && marker.Length > best.Marker.Length)))
            {
                first = (at, marker);
            }
        }

        return first;
    }
}
