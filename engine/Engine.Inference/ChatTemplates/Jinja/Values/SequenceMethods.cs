using System.Numerics;
using Engine.Inference.ChatTemplates.Jinja.Runtime;

namespace Engine.Inference.ChatTemplates.Jinja.Values;

/// <summary>The methods of <c>list</c> and <c>tuple</c>; those that would change a list are out of bounds.</summary>
internal static class SequenceMethods
{
    public static Value? Find(SequenceValue sequence, string name) => name switch
    {
        "count" => new MethodValue(name, (context, arguments) =>
        {
            Value item = arguments.BindPositional(name, 1, 1)[0]!;
            return IntegerValue.Of(sequence.Items.Count(element => Operators.AreEqual(element, item, context.Budget)));
        }),
        "index" => new MethodValue(name, (context, arguments) => Index(sequence, context, arguments)),
        "copy" when sequence is ListValue => new MethodValue(name, (_, arguments) =>
        {
            arguments.BindPositional(name, 0, 0);
            return sequence.With(sequence.Items);
        }),
        "append" or "clear" or "pop" or "reverse" or "insert" or "sort" or "extend" or "remove" when sequence is ListValue =>
            UndefinedValue.Unsafe(sequence, name),
        _ => null,
    };

    private static IntegerValue Index(SequenceValue sequence, RenderContext context, Arguments arguments)
    {
        Value?[] bound = arguments.BindPositional("index", 1, 3);
        int count = sequence.Items.Count;
        int Bound(Value? value, int otherwise)
        {
            if (value is null)
            {
                return otherwise;
            }

            BigInteger at = Arguments.ToInt(value, "a bound");
            return (int)BigInteger.Clamp(at < 0 ? at + count : at, 0, count);
        }

        for (int i = Bound(bound[1], 0); i < Bound(bound[2], count); i++)
        {
            if (Operators.AreEqual(sequence.Items[i], bound[0]!, context.Budget))
            {
                return IntegerValue.Of(i);
            }
        }

        throw JinjaException.Value($"the value is not in the {sequence.TypeName}");
    }
}
