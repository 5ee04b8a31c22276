using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Values;
using Engine.Inference.Tokenization;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>Builds a string and remembers which of its characters are content. Charges the budget for what it appends.</summary>
internal sealed class TextBuilder(RenderBudget budget)
{
    private readonly StringBuilder _text = new();
    private List<LabelSpan>? _spans;

    public int Length => _text.Length;

    public RenderBudget Budget => budget;

    public void Append(char character, bool isContent = false)
    {
        budget.Characters(1);
        Mark(_text.Length, _text.Length + 1, isContent);
        _text.Append(character);
    }

    public void Append(ReadOnlySpan<char> text, bool isContent = false)
    {
        budget.Characters(text.Length);
        Mark(_text.Length, _text.Length + text.Length, isContent);
        _text.Append(text);
    }

    public void Append(string text, bool isContent = false) => Append(text.AsSpan(), isContent);

    public void Append(StringValue value) => Append(value, 0, value.Text.Length);

    /// <summary>Appends a stretch of a string with its labels.</summary>
    public void Append(StringValue value, int start, int length)
    {
        int shift = _text.Length - start;
        Append(value.Text.AsSpan(start, length));
        if (value.Content is not { } content || length == 0)
        {
            return;
        }

        if (content.IsEverything)
        {
            Mark(start + shift, start + length + shift, true);
            return;
        }

        foreach (LabelSpan span in content.Overlapping(start, start + length))
        {
            Mark(Math.Max(span.Start, start) + shift, Math.Min(span.End, start + length) + shift, true);
        }
    }

    public StringValue ToValue()
    {
        if (_text.Length == 0)
        {
            return StringValue.Empty;
        }

        bool isEverything = _spans is [{ Start: 0 } only] && only.End == _text.Length;
        return new StringValue(_text.ToString(), isEverything ? ContentMap.Everything : _spans is null ? null : new ContentMap([.. _spans]));
    }

    public override string ToString() => _text.ToString();

    public IReadOnlyList<ContentSpan> ContentSpans() => [.. (_spans ?? []).Select(span => new ContentSpan(span.Start, span.End - span.Start))];

    private void Mark(int start, int end, bool isContent)
    {
        if (!isContent || start == end)
        {
            return;
        }

        _spans ??= [];
        if (_spans.Count > 0 && _spans[^1].End == start)
        {
            _spans[^1] = new LabelSpan(_spans[^1].Start, end);
            return;
        }

        _spans.Add(new LabelSpan(start, end));
    }
}
