using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>Python's <c>value[start:stop:step]</c>.</summary>
internal static class Slices
{
    /// <summary>The slice. Bounds are <see langword="null"/> where not written.</summary>
    public static Value Of(Value value, Value? start, Value? stop, Value? step, RenderBudget budget)
    {
        if (value is UndefinedValue undefined)
        {
            throw undefined.Failure();
        }

        int? length = value switch { StringValue text => text.CodePoints, SequenceValue or RangeValue => value.Length, _ => null };
        if (length is null)
        {
            throw JinjaException.Type($"'{value.TypeName}' object cannot be sliced");
        }

        BigInteger? first = Bound(start);
        BigInteger? last = Bound(stop);
        BigInteger? by = Bound(step);
        if (by == 0)
        {
            throw JinjaException.Value("slice step cannot be zero");
        }

        (int from, int count, int stride) = Resolve(length.Value, first, last, by ?? 1);
        return value switch
        {
            MarkupValue markup => MarkupValue.Of(OfText(markup, from, count, stride, budget)),
            StringValue text => OfText(text, from, count, stride, budget),
            RangeValue range => range.Slice(from, count, stride),
            _ => OfSequence((SequenceValue)value, from, count, stride, budget),
        };
    }

    private static BigInteger? Bound(Value? value) => value switch
    {
        null or NoneValue => null,
        _ when value.TryInteger(out BigInteger integer) => integer,
        UndefinedValue undefined => throw undefined.Failure(),
        _ => throw JinjaException.Type("slice indices must be integers or None"),
    };

    private static (int From, int Count, int Stride) Resolve(int length, BigInteger? first, BigInteger? last, BigInteger step)
    {
        bool isForward = step.Sign > 0;
        BigInteger lowest = isForward ? 0 : -1;
        BigInteger highest = isForward ? length : length - 1;
        BigInteger Clamp(BigInteger? bound, BigInteger otherwise) =>
            bound is { } given ? BigInteger.Clamp(given < 0 ? given + length : given, lowest, highest) : otherwise;

        BigInteger from = Clamp(first, isForward ? lowest : highest);
        BigInteger to = Clamp(last, isForward ? highest : lowest);
        BigInteger span = isForward ? to - from : from - to;
        BigInteger magnitude = BigInteger.Abs(step);
        int count = span <= 0 ? 0 : (int)((span + magnitude - 1) / magnitude);
        return ((int)from, count, (int)BigInteger.Clamp(step, -int.MaxValue, int.MaxValue));
    }

    private static StringValue OfText(StringValue text, int from, int count, int stride, RenderBudget budget)
    {
        if (count == 0)
        {
            return StringValue.Empty;
        }

        if (stride == 1)
        {
            int start = text.PlaceOf(from);
            return text.Slice(start, text.PlaceOf(from + count) - start, budget);
        }

        int[] places = Places(text, budget);
        TextBuilder builder = new(budget);
        for (int i = 0; i < count; i++)
        {
            int at = from + i * stride;
            builder.Append(text, places[at], places[at + 1] - places[at]);
        }

        return builder.ToValue();
    }

    private static int[] Places(StringValue text, RenderBudget budget)
    {
        budget.Characters(text.Text.Length * 2);
        int[] places = new int[text.CodePoints + 1];
        int at = 0;
        for (int i = 0; i < places.Length - 1; i++)
        {
            places[i] = at;
            at += PythonText.CharacterLength(text.Text, at);
        }

        places[^1] = at;
        return places;
    }

    private static SequenceValue OfSequence(SequenceValue sequence, int from, int count, int stride, RenderBudget budget)
    {
        budget.Elements(count);
        Value[] items = new Value[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = sequence.Items[from + i * stride];
        }

        return sequence.With(items);
    }
}
