namespace Engine.Inference.Tokenization;

/// <summary>
/// Finds the first stop string in a text that comes in pieces, and holds back what may still become one. The first is the one that is complete
/// first, and of two complete at the same character the longer; so pieces make no difference. One Knuth-Morris-Pratt automaton a stop string.
/// </summary>
/// <param name="stops">The stop strings, none of them empty.</param>
/// <param name="includeStop">Whether the stop string is part of the text.</param>
internal sealed class StopSequenceMatcher(IReadOnlyList<string> stops, bool includeStop)
{
    private readonly int[][] _failures = [.. stops.Select(FailuresOf)];

    /// <summary>For each stop string, how much of it the text ends with.</summary>
    private readonly int[] _matched = new int[stops.Count];

    private string _held = "";

    /// <summary>The stop string that was found.</summary>
    public string? Match { get; private set; }

    /// <summary>Adds a piece and gives the text that became certain. After a match there is no more.</summary>
    public string Append(string text)
    {
        if (Match is not null || text.Length == 0)
        {
            return "";
        }

        if (stops.Count == 0)
        {
            return text;
        }

        for (int index = 0; index < text.Length; index++)
        {
            Advance(text[index]);
            if (Match is not null)
            {
                string all = string.Concat(_held, text.AsSpan(0, index + 1));
                _held = "";
                return includeStop ? all : all[..^Match.Length];
            }
        }

        string pending = _held + text;
        int certain = pending.Length - _matched.Max();
        _held = pending[certain..];
        return pending[..certain];
    }

    /// <summary>Ends the text and gives what was held back.</summary>
    public string Flush()
    {
        string rest = _held;
        _held = "";
        return rest;
    }

    private void Advance(char next)
    {
        for (int stop = 0; stop < stops.Count; stop++)
        {
            string pattern = stops[stop];
            int length = _matched[stop];
            while (length > 0 && pattern[length] != next)
            {
                length = _failures[stop][length - 1];
            }

            length += pattern[length] == next ? 1 : 0;
            _matched[stop] = length;
            if (length == pattern.Length && pattern.Length > (Match?.Length ?? 0))
            {
                Match = pattern;
            }
        }
    }

    /// <summary>For each beginning of a pattern, the length of the longest shorter beginning that it ends with.</summary>
    private static int[] FailuresOf(string pattern)
    {
        int[] failures = new int[pattern.Length];
        int length = 0;
        for (int index = 1; index < pattern.Length; index++)
        {
            while (length > 0 && pattern[index] != pattern[length])
            {
                length = failures[length - 1];
            }

            length += pattern[index] == pattern[length] ? 1 : 0;
            failures[index] = length;
        }

        return failures;
    }
}
