using Engine.Inference.ChatTemplates.Jinja.Values;

namespace Engine.Inference.ChatTemplates.Jinja.Runtime;

/// <summary>One rendering under way: its variables, where its output goes, and its budget. Used by one thread.</summary>
internal sealed class RenderContext
{
    private readonly Dictionary<string, Value> _variables;

    public RenderContext(Dictionary<string, Value> variables, RenderBudget budget, DateTimeOffset now)
    {
        _variables = variables;
        Budget = budget;
        Now = now;
        Output = new TextBuilder(budget);
        TopLevel = Scope = new Scope(null);
    }

    public RenderBudget Budget { get; }

    public DateTimeOffset Now { get; }

    public Scope Scope { get; set; }

    /// <summary>The scope of the template itself, which blocks see.</summary>
    public Scope TopLevel { get; }

    public TextBuilder Output { get; set; }

    /// <summary>Whether an autoescape block is on.</summary>
    public bool AutoEscape { get; set; }

    /// <summary>The line that is being executed.</summary>
    public int Line { get; set; } = 1;

    /// <summary>The variables that the template asked for, where someone wants to know.</summary>
    public HashSet<string>? Asked { get; init; }

    public Value Lookup(string name)
    {
        if (Scope.TryGet(name, out Value? value))
        {
            return value;
        }

        Asked?.Add(name);
        return _variables.TryGetValue(name, out value) || Globals.Table.TryGetValue(name, out value) ? value : UndefinedValue.OfName(name);
    }

    /// <summary>Runs statements with an output of their own.</summary>
    public StringValue Capture(Action body)
    {
        TextBuilder outer = Output;
        Output = new TextBuilder(Budget);
        try
        {
            body();
            return Output.ToValue();
        }
        finally
        {
            Output = outer;
        }
    }
}
