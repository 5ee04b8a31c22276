using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary><c>wordwrap</c>: Python's textwrap, line by line.</summary>
internal static class WordWrapFilter
{
    public static Value WordWrap(RenderContext context, Value input, Arguments arguments)
    {
        Value?[] bound = arguments.Bind("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
        int width = bound[0] is { } given ? Arguments.ToInt(given, "width") : 79;
        bool breaksLongWords = bound[1]?.IsTrue ?? true;
        StringValue wrap = bound[2] is null or NoneValue ? new StringValue("\n") : Arguments.ToText(bound[2]!, "wrapstring");
        bool breaksOnHyphens = bound[3]?.IsTrue ?? true;
        if (width <= 0)
        {
            throw JinjaException.Value($"invalid width {width} (must be > 0)");
        }

        TextBuilder builder = new(context.Budget);
        bool isFirst = true;
        foreach (Value line in StringSplitting.Lines(Arguments.ToText(input, "wordwrap's input"), keepsEnds: false, context.Budget))
        {
            List<StringValue> wrapped = Wrap((StringValue)line, width, breaksLongWords, breaksOnHyphens, context.Budget);
            for (int i = 0; i < Math.Max(1, wrapped.Count); i++)
            {
                if (!isFirst)
                {
                    builder.Append(wrap);
                }

                isFirst = false;
                builder.Append(i < wrapped.Count ? wrapped[i] : StringValue.Empty);
            }
        }

        return builder.ToValue();
    }

    private static List<StringValue> Wrap(StringValue line, int width, bool breaksLongWords, bool breaksOnHyphens, RenderBudget budget)
    {
        Stack<StringValue> chunks = new(Chunks(line, breaksOnHyphens, budget).Reverse<StringValue>());
        List<StringValue> lines = [];
        while (chunks.Count > 0)
        {
            List<StringValue> current = [];
            int length = 0;
            if (lines.Count > 0 && IsBlank(chunks.Peek()))
            {
                chunks.Pop();
            }

            while (chunks.Count > 0 && length + chunks.Peek().CodePoints <= width)
            {
                budget.Step();
                current.Add(chunks.Pop());
                length += current[^1].CodePoints;
            }

            if (chunks.Count > 0 && chunks.Peek().CodePoints > width)
            {
                BreakLongWord(chunks, current, width - length, breaksLongWords, breaksOnHyphens, budget);
            }

            if (current.Count > 0 && IsBlank(current[^1]))
            {
                current.RemoveAt(current.Count - 1);
            }

            if (current.Count == 0)
            {
                continue;
            }

            TextBuilder builder = new(budget);
            current.ForEach(builder.Append);
            lines.Add(builder.ToValue());
        }

        return lines;
    }

    private static bool IsBlank(StringValue chunk) => chunk.Text.All(PythonText.IsSpace);

    /// <summary>Fills the line with the beginning of a word that fits no line. Where there is no room, an empty piece ends the line, as in Python.</summary>
    private static void BreakLongWord(
        Stack<StringValue> chunks, List<StringValue> current, int room, bool breaksLongWords, bool breaksOnHyphens, RenderBudget budget)
    {
        if (!breaksLongWords)
        {
            if (current.Count == 0)
            {
                current.Add(chunks.Pop());
            }

            return;
        }

        StringValue word = chunks.Pop();
        int cut = word.PlaceOf(room);
        int hyphen = breaksOnHyphens && cut > 0 ? word.Text.LastIndexOf('-', cut - 1) : -1;
        if (hyphen > 0 && word.Text.AsSpan(0, hyphen).ContainsAnyExcept('-'))
        {
            cut = hyphen + 1;
        }

        current.Add(word.Slice(0, cut, budget));
        chunks.Push(word.Slice(cut, word.Text.Length - cut, budget));
    }

    /// <summary>Runs of white space and of others; words are cut behind hyphens between letters.</summary>
    private static List<StringValue> Chunks(StringValue line, bool breaksOnHyphens, RenderBudget budget)
    {
        List<StringValue> chunks = [];
        string text = line.Text;
        int start = 0;
        for (int i = 1; i <= text.Length; i++)
        {
            bool ends = i == text.Length || IsWrapSpace(text[i]) != IsWrapSpace(text[i - 1]) || (breaksOnHyphens && IsHyphenBreak(text, start, i));
            if (!ends)
            {
                continue;
            }

            budget.Elements(1);
            chunks.Add(line.Slice(start, i - start, budget));
            start = i;
        }

        return chunks;
    }

    private static bool IsWrapSpace(char c) => c is ' ' or '\t' or '\n' or '\v' or '\f' or '\r';

    /// <summary>A hyphen behind two letters (or a letter, a hyphen and a letter) and before two.</summary>
    private static bool IsHyphenBreak(string text, int start, int at)
    {
        bool IsLetterAt(int place) => place >= 0 && place < text.Length && (char.IsLetter(text[place]) || text[place] == '_');
        return text[at - 1] == '-' && at - 2 >= start && IsLetterAt(at - 2)
            && (IsLetterAt(at - 3) || (at >= 3 && text[at - 3] == '-' && IsLetterAt(at - 4)))
            && IsLetterAt(at) && (IsLetterAt(at + 1) || (at + 1 < text.Length && text[at + 1] == '-' && IsLetterAt(at + 2)));
    }
}
