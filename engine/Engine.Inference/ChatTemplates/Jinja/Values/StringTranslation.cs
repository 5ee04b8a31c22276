using System.Numerics;
using System.Text;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary><c>str.maketrans</c> and <c>str.translate</c>.</summary>
internal static class StringTranslation
{
    public static DictValue MakeTable(Arguments arguments, RenderBudget budget)
    {
        Value?[] bound = arguments.BindPositional("maketrans", 1, 3);
        OrderedDictionary<Value, Value> table = [];
        if (bound[1] is null)
        {
            if (bound[0] is not DictValue dict)
            {
                throw JinjaException.Type("if you give only one argument to maketrans it must be a dict");
            }

            foreach ((Value key, Value value) in dict.Entries)
            {
                budget.Elements(1);
                table[key is StringValue { CodePoints: 1 } text ? CodePoint(text, 0) : key] = value;
            }

            return new DictValue(table);
        }

        StringValue from = Arguments.ToText(bound[0]!, "maketrans() argument 1");
        StringValue to = Arguments.ToText(bound[1]!, "maketrans() argument 2");
        if (from.CodePoints != to.CodePoints)
        {
            throw JinjaException.Value("the first two maketrans arguments must have equal length");
        }

        budget.Elements(from.CodePoints);
        foreach ((Rune source, Rune target) in from.Text.EnumerateRunes().Zip(to.Text.EnumerateRunes()))
        {
            table[IntegerValue.Of(source.Value)] = IntegerValue.Of(target.Value);
        }

        foreach (Rune removed in (bound[2] is { } third ? Arguments.ToText(third, "maketrans() argument 3").Text : "").EnumerateRunes())
        {
            table[IntegerValue.Of(removed.Value)] = NoneValue.Instance;
        }

        return new DictValue(table);
    }

    public static StringValue Apply(StringValue text, Value table, RenderBudget budget)
    {
        TextBuilder builder = new(budget);
        for (int at = 0; at < text.Text.Length;)
        {
            int length = PythonText.CharacterLength(text.Text, at);
            switch (table.Item(CodePoint(text, at), budget))
            {
                case null:
                    builder.Append(text, at, length);
                    break;
                case NoneValue:
                    break;
                case StringValue replacement when replacement.HasContent:
                    builder.Append(replacement);
                    break;
                case StringValue replacement:
                    builder.Append(replacement.Text, text.IsContentAt(at, at + length));
                    break;
                case var other when other.TryInteger(out BigInteger code) && code >= 0 && code <= 0x10FFFF && Rune.IsValid((int)code):
                    builder.Append(new Rune((int)code).ToString(), text.IsContentAt(at, at + length));
                    break;
                default:
                    throw JinjaException.Type("character mapping must return integer, None or str");
            }

            at += length;
        }

        return builder.ToValue();
    }

    private static IntegerValue CodePoint(StringValue text, int at) =>
        IntegerValue.Of(Rune.TryGetRuneAt(text.Text, at, out Rune rune) ? rune.Value : text.Text[at]);
}
