using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>The ways <c>str</c> has to cut a string into pieces.</summary>
internal static class StringSplitting
{
    public static List<Value> OnSeparator(StringValue text, string separator, int limit, RenderBudget budget)
    {
        List<Value> pieces = [];
        int from = 0;
        while (pieces.Count < limit)
        {
            int found = text.Text.IndexOf(separator, from, StringComparison.Ordinal);
            if (found < 0)
            {
                break;
            }

            Add(pieces, text, from, found, budget);
            from = found + separator.Length;
        }

        Add(pieces, text, from, text.Text.Length, budget);
        return pieces;
    }

    public static List<Value> OnSeparatorFromEnd(StringValue text, string separator, int limit, RenderBudget budget)
    {
        List<Value> pieces = [];
        int to = text.Text.Length;
        while (pieces.Count < limit)
        {
            int found = text.Text.AsSpan(0, to).LastIndexOf(separator, StringComparison.Ordinal);
            if (found < 0)
            {
                break;
            }

            Add(pieces, text, found + separator.Length, to, budget);
            to = found;
        }

        Add(pieces, text, 0, to, budget);
        pieces.Reverse();
        return pieces;
    }

    public static List<Value> OnWhiteSpace(StringValue text, int limit, RenderBudget budget)
    {
        string source = text.Text;
        List<Value> pieces = [];
        int at = 0;
        while (true)
        {
            at = SkipSpace(source, at);
            if (at == source.Length)
            {
                return pieces;
            }

            int end = at;
            if (pieces.Count >= limit)
            {
                // The rest is one piece, its trailing white space kept.
                Add(pieces, text, at, source.Length, budget);
                return pieces;
            }

            while (end < source.Length && !PythonText.IsSpace(source[end]))
            {
                end++;
            }

            Add(pieces, text, at, end, budget);
            at = end;
        }
    }

    public static List<Value> OnWhiteSpaceFromEnd(StringValue text, int limit, RenderBudget budget)
    {
        string source = text.Text;
        List<Value> pieces = [];
        int end = source.Length;
        while (true)
        {
            while (end > 0 && PythonText.IsSpace(source[end - 1]))
            {
                end--;
            }

            if (end == 0)
            {
                break;
            }

            int start = pieces.Count >= limit ? 0 : end;
            while (start > 0 && !PythonText.IsSpace(source[start - 1]))
            {
                start--;
            }

            Add(pieces, text, start, end, budget);
            end = start;
        }

        pieces.Reverse();
        return pieces;
    }

    public static List<Value> Lines(StringValue text, bool keepsEnds, RenderBudget budget)
    {
        string source = text.Text;
        List<Value> lines = [];
        int at = 0;
        while (at < source.Length)
        {
            int end = at;
            while (end < source.Length && !PythonText.IsLineEnd(source[end]))
            {
                end++;
            }

            int next = end == source.Length ? end : source[end] == '\r' && end + 1 < source.Length && source[end + 1] == '\n' ? end + 2 : end + 1;
            Add(lines, text, at, keepsEnds ? next : end, budget);
            at = next;
        }

        return lines;
    }

    private static int SkipSpace(string source, int at)
    {
        while (at < source.Length && PythonText.IsSpace(source[at]))
        {
            at++;
        }

        return at;
    }

    private static void Add(List<Value> pieces, StringValue text, int start, int end, RenderBudget budget)
    {
        budget.Elements(1);
        pieces.Add(text.Slice(start, end - start, budget));
    }
}
