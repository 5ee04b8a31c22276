using Engine.Inference.ChatTemplates.Jinja.Runtime;
using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Filters;

/// <summary>All tests, by name.</summary>
internal static class TestTable
{
    private static readonly Dictionary<string, Test> Tests = new(StringComparer.Ordinal)
    {
        ["odd"] = (context, value, _) => Arithmetic.Remainder(value, IntegerValue.Of(2), context.Budget).Equals(IntegerValue.Of(1)),
        ["even"] = (context, value, _) => Arithmetic.Remainder(value, IntegerValue.Of(2), context.Budget).Equals(IntegerValue.Of(0)),
        ["divisibleby"] = (context, value, arguments) =>
            Arithmetic.Remainder(value, arguments.Bind("divisibleby", 1, "num")[0]!, context.Budget).Equals(IntegerValue.Of(0)),
        ["defined"] = (_, value, arguments) => Plain(arguments, "defined", value is not UndefinedValue),
        ["undefined"] = (_, value, arguments) => Plain(arguments, "undefined", value is UndefinedValue),
        ["filter"] = (_, value, _) => value is StringValue name && FilterTable.All.ContainsKey(name.Text),
        ["test"] = (_, value, _) => value is StringValue name && Find(name.Text) is not null,
        ["none"] = (_, value, arguments) => Plain(arguments, "none", value is NoneValue),
        ["boolean"] = (_, value, arguments) => Plain(arguments, "boolean", value is BooleanValue),
        ["false"] = (_, value, arguments) => Plain(arguments, "false", value is BooleanValue { Boolean: false }),
        ["true"] = (_, value, arguments) => Plain(arguments, "true", value is BooleanValue { Boolean: true }),
        ["integer"] = (_, value, arguments) => Plain(arguments, "integer", value is IntegerValue),
        ["float"] = (_, value, arguments) => Plain(arguments, "float", value is FloatValue),
        ["lower"] = (context, value, _) => StringCase.IsLower(value.ToText(context.Budget).Text),
        ["upper"] = (context, value, _) => StringCase.IsUpper(value.ToText(context.Budget).Text),
        ["string"] = (_, value, arguments) => Plain(arguments, "string", value is StringValue),
        ["mapping"] = (_, value, arguments) => Plain(arguments, "mapping", value is DictValue),
        ["number"] = (_, value, arguments) => Plain(arguments, "number", value is IntegerValue or FloatValue or BooleanValue),
        ["sequence"] = (_, value, arguments) => Plain(arguments, "sequence", IsSequence(value)),
        ["iterable"] = (_, value, arguments) => Plain(arguments, "iterable", value.IsIterable),
        ["callable"] = (_, value, arguments) => Plain(arguments, "callable", value.IsCallable),
        ["sameas"] = (_, value, arguments) => IsSame(value, arguments.Bind("sameas", 1, "other")[0]!),
        ["escaped"] = (_, value, arguments) => Plain(arguments, "escaped", value is MarkupValue),
        ["in"] = (context, value, arguments) => arguments.Bind("in", 1, "seq")[0]!.Contains(value, context.Budget),
        ["=="] = Equal,
        ["eq"] = Equal,
        ["equalto"] = Equal,
        ["!="] = NotEqual,
        ["ne"] = NotEqual,
        [">"] = Ordered(">"),
        ["gt"] = Ordered(">"),
        ["greaterthan"] = Ordered(">"),
        [">="] = Ordered(">="),
        ["ge"] = Ordered(">="),
        ["<"] = Ordered("<"),
        ["lt"] = Ordered("<"),
        ["lessthan"] = Ordered("<"),
        ["<="] = Ordered("<="),
        ["le"] = Ordered("<="),
    };

    public static Test? Find(string name) => Tests.GetValueOrDefault(name);

    private static bool Plain(Arguments arguments, string name, bool result)
    {
        arguments.Bind(name, 0);
        return result;
    }

    private static bool IsSequence(Value value) => value is StringValue or SequenceValue or DictValue or RangeValue or UndefinedValue;

    private static bool IsSame(Value left, Value right) => ReferenceEquals(left, right) || (left, right) switch
    {
        // Python keeps one instance of small integers and of equal strings of a template; nothing else is the same by being equal.
        (IntegerValue a, IntegerValue b) => a.Integer == b.Integer,
        (StringValue a, StringValue b) => a.Text == b.Text,
        (TupleValue a, TupleValue b) => a.Items.Count == 0 && b.Items.Count == 0,
        _ => false,
    };

    private static bool Equal(RenderContext context, Value value, Arguments arguments) =>
        Operators.AreEqual(value, arguments.BindPositional("eq", 1, 1)[0]!, context.Budget);

    private static bool NotEqual(RenderContext context, Value value, Arguments arguments) => !Equal(context, value, arguments);

    private static Test Ordered(string relation) =>
        (context, value, arguments) => Operators.IsOrdered(value, relation, arguments.BindPositional(relation, 1, 1)[0]!, context.Budget);
}
