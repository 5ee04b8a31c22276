using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>The <c>attribute</c> argument of filters: <c>"user.name"</c> or <c>"0.key"</c> is a path of members.</summary>
internal static class AttributePath
{
    /// <summary>Gives what the path leads to; the value itself where there is no path.</summary>
    public static Func<Value, Value> Getter(Value? path, RenderContext context, Value? otherwise = null, bool ignoresCase = false)
    {
        Value[] parts = Parts(path);
        return value =>
        {
            foreach (Value part in parts)
            {
                context.Budget.Step();
                value = Members.Item(value, part, context.Budget);
                if (value is UndefinedValue && otherwise is not null)
                {
                    value = otherwise;
                }
            }

            return ignoresCase && value is StringValue text ? StringCase.Lower(text, context.Budget) : value;
        };
    }

    public static Value[] Parts(Value? path)
    {
        if (path is null or NoneValue)
        {
            return [];
        }

        if (path is not StringValue text)
        {
            return [path];
        }

        return [.. text.Text.Split('.').Select(part => part.Length > 0 && part.All(char.IsAsciiDigit) && part.Length < 10
            ? (Value)IntegerValue.Of(BigInteger.Parse(part, System.Globalization.CultureInfo.InvariantCulture))
            : new StringValue(part))];
    }
}
