using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>Python's <c>range</c>: at most <see cref="RenderLimits.RangeLength"/> integers that are made as they are read.</summary>
internal sealed class RangeValue(BigInteger start, BigInteger stop, BigInteger step, int count) : Value
{
    public override string TypeName => "range";

    public override bool IsTrue => count > 0;

    public override bool IsIterable => true;

    public override int? Length => count;

    public static RangeValue Create(BigInteger start, BigInteger stop, BigInteger step)
    {
        if (step.IsZero)
        {
            throw JinjaException.Value("range() arg 3 must not be zero");
        }

        BigInteger span = step.Sign > 0 ? stop - start : start - stop;
        BigInteger magnitude = BigInteger.Abs(step);
        BigInteger length = span.Sign <= 0 ? 0 : (span + magnitude - 1) / magnitude;
        return length > RenderLimits.RangeLength
            ? throw JinjaException.Budget($"a range is longer than {RenderLimits.RangeLength}")
            : new RangeValue(start, stop, step, (int)length);
    }

    public RangeValue Slice(int from, int length, int stride) =>
        new(start + step * from, start + step * (from + (BigInteger)length * stride), step * stride, length);

    public Value At(int index) => IntegerValue.Of(start + step * index);

    public override Value? Item(Value key, RenderBudget budget) =>
        key.TryInteger(out BigInteger index) && index >= -count && index < count ? At((int)(index < 0 ? index + count : index)) : null;

    public override Value? Attribute(string name) => name switch
    {
        "start" => IntegerValue.Of(start),
        "stop" => IntegerValue.Of(stop),
        "step" => IntegerValue.Of(step),
        "count" => new MethodValue(name, (context, arguments) =>
            IntegerValue.Of(Contains(arguments.BindPositional(name, 1, 1)[0]!, context.Budget) ? 1 : 0)),
        "index" => new MethodValue(name, (context, arguments) =>
        {
            Value item = arguments.BindPositional(name, 1, 1)[0]!;
            return Contains(item, context.Budget) && item.TryInteger(out BigInteger integer)
                ? IntegerValue.Of((integer - start) / step)
                : throw JinjaException.Value("the value is not in the range");
        }),
        _ => null,
    };

    public override IEnumerable<Value> Iterate(RenderBudget budget)
    {
        for (int i = 0; i < count; i++)
        {
            yield return At(i);
        }
    }

    public override bool Contains(Value item, RenderBudget budget)
    {
        BigInteger index = item.TryInteger(out BigInteger integer) ? integer
            : item is FloatValue number && double.IsInteger(number.Number) ? new BigInteger(number.Number)
            : start - step;
        BigInteger offset = (index - start) * step.Sign;
        return offset.Sign >= 0 && (offset % BigInteger.Abs(step)).IsZero && offset / BigInteger.Abs(step) < count;
    }

    public override void WriteRepr(TextBuilder builder, int depth) =>
        builder.Append(step.IsOne ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})");

    public override bool Equals(object? obj) =>
        obj is RangeValue other && count == other.Length && (count == 0 || (At(0).Equals(other.At(0)) && At(count - 1).Equals(other.At(count - 1))));

    public override int GetHashCode() => count;
}
