using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>A string, which of its characters are content, and whether it is marked as safe HTML (<c>Markup</c>).</summary>
internal class StringValue(string text, ContentMap? content = null) : Value
{
    private int _codePoints = -1;
    private int _hash;

    public static StringValue Empty { get; } = new("");

    public string Text { get; } = text;

    /// <summary>Which characters are content; <see langword="null"/>: none.</summary>
    public ContentMap? Content { get; } = content;

    public override string TypeName => "str";

    public override bool IsTrue => Text.Length > 0;

    public override bool IsIterable => true;

    /// <summary>The number of code points, as Python counts.</summary>
    public override int? Length => CodePoints;

    public int CodePoints => _codePoints >= 0 ? _codePoints : _codePoints = PythonText.CodePointCount(Text);

    public bool HasContent => Content is not null;

    /// <summary>A text that is all content or all template.</summary>
    public static StringValue Of(string text, bool isContent) => text.Length == 0 ? Empty : new(text, isContent ? ContentMap.Everything : null);

    /// <summary>The UTF-16 place of a code point index.</summary>
    public int PlaceOf(int codePoint) => CodePoints == Text.Length ? codePoint : PythonText.Utf16Index(Text, codePoint);

    /// <summary>A stretch in UTF-16 units, with its labels.</summary>
    public StringValue Slice(int start, int length, RenderBudget budget)
    {
        if (length == Text.Length)
        {
            return this;
        }

        if (length == 0)
        {
            return Empty;
        }

        if (Content is null || Content.IsEverything)
        {
            budget.Characters(length);
            return new StringValue(Text.Substring(start, length), Content);
        }

        TextBuilder builder = new(budget);
        builder.Append(this, start, length);
        return builder.ToValue();
    }

    public bool IsContentAt(int start, int end) => Content is not null && Content.Touches(start, end);

    public override void WriteRepr(TextBuilder builder, int depth) => StringRepr.Write(builder, this);

    public override StringValue ToText(RenderBudget budget) => this;

    public override Value? Attribute(string name) => StringMethods.Find(this, name);

    public override Value? Item(Value key, RenderBudget budget)
    {
        if (!key.TryInteger(out System.Numerics.BigInteger index))
        {
            return null;
        }

        int count = CodePoints;
        if (index < -count || index >= count)
        {
            return null;
        }

        int place = PlaceOf((int)(index < 0 ? index + count : index));
        return Slice(place, PythonText.CharacterLength(Text, place), budget);
    }

    public override IEnumerable<Value> Iterate(RenderBudget budget)
    {
        for (int at = 0; at < Text.Length;)
        {
            budget.Step();
            int length = PythonText.CharacterLength(Text, at);
            yield return Slice(at, length, budget);
            at += length;
        }
    }

    public override bool Contains(Value item, RenderBudget budget)
    {
        if (item is not StringValue text)
        {
            throw JinjaException.Type($"'in <string>' requires a string as left operand, not {item.TypeName}");
        }

        budget.Scan(Text.Length);
        return Text.Contains(text.Text, StringComparison.Ordinal);
    }

    public override bool Equals(object? obj) => obj is StringValue other && other.Text == Text;

    // Computed once: templates look the same keys up again and again.
    public override int GetHashCode() => _hash != 0 ? _hash : _hash = string.GetHashCode(Text, StringComparison.Ordinal);

    public override string ToString() => Text;
}
