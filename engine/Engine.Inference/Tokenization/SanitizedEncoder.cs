using System.Text;
using Engine.Inference.Tokenization.AddedTokens;

namespace Engine.Inference.Tokenization;

/// <summary>
/// Encodes a rendered chat so that content cannot form control tokens. The text is cut at the control tokens that lie outside of content, and
/// each stretch between them is encoded with control tokens as plain text. Stretches are not cut where content begins or ends: words that
/// reach across stay whole.
/// </summary>
internal static class SanitizedEncoder
{
    public static void Encode(Tokenizer tokenizer, AddedVocabulary added, string text, ReadOnlySpan<ContentSpan> content, EncodeWorkspace workspace)
    {
        ReadOnlySpan<byte> bytes = workspace.ToUtf8(text);
        List<(int Start, int End)> spans = ToByteSpans(text, content);
        int stretch = 0;
        bool strips = false;
        foreach ((int start, int end, int id) in added.FindControlTokens(bytes, spans))
        {
            AddedToken token = added.TokenOf(id)!;
            EncodeStretch(tokenizer, bytes, stretch, start, strips, token.StripLeft, workspace);
            workspace.Ids.Add(id);
            stretch = end;
            strips = token.StripRight;
        }

        EncodeStretch(tokenizer, bytes, stretch, bytes.Length, strips, stripRight: false, workspace);
    }

    private static void EncodeStretch(
        Tokenizer tokenizer, ReadOnlySpan<byte> text, int start, int end, bool stripLeft, bool stripRight, EncodeWorkspace workspace)
    {
        start = stripLeft ? Math.Min(end, AddedVocabulary.SpaceBehind(text, start)) : start;
        end = stripRight ? AddedVocabulary.SpaceBefore(text, end, start) : end;
        if (start < end)
        {
            tokenizer.EncodeStretch(text[start..end], atOrigin: start == 0, plainSpecials: true, workspace);
        }
    }

    /// <summary>Sorts and joins the spans and counts them in bytes.</summary>
    private static List<(int Start, int End)> ToByteSpans(string text, ReadOnlySpan<ContentSpan> content)
    {
        ContentSpan[] sorted = content.ToArray();
        Array.Sort(sorted, static (a, b) => a.Start.CompareTo(b.Start));
        List<(int Start, int End)> spans = [];
        int character = 0;
        int position = 0;
        int covered = 0;
        foreach (ContentSpan span in sorted)
        {
            int start = Math.Max(span.Start, covered);
            int end = checked(span.Start + span.Length);
            if (span.Start < 0 || span.Length < 0 || end > text.Length)
            {
                throw new ArgumentOutOfRangeException(nameof(content), "A stretch of content lies outside of the text.");
            }

            if (start >= end)
            {
                continue;
            }

            position += Encoding.UTF8.GetByteCount(text.AsSpan(character, start - character));
            int length = Encoding.UTF8.GetByteCount(text.AsSpan(start, end - start));
            spans.Add((position, position + length));
            position += length;
            character = covered = end;
        }

        return spans;
    }
}
