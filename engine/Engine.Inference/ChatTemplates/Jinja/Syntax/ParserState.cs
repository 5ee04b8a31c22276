using Engine.Inference.ChatTemplates.Jinja.Nodes;

namespace Engine.Inference.ChatTemplates.Jinja.Syntax;

/// <summary>What parsing shares between statements and expressions: names, blocks, nesting, and which names are used.</summary>
internal sealed class ParserState
{
    /// <summary>Expressions and statements inside one another; each level takes a few frames of the stack when it is evaluated.</summary>
    private const int DeepestNesting = 160;

    /// <summary>Operators, members and filters of one statement. They may nest to the left, and then evaluating them goes as deep.</summary>
    private const int LongestChain = 1000;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal)
    {
        ["loop"] = "loop", ["caller"] = "caller", ["kwargs"] = "kwargs", ["varargs"] = "varargs", ["self"] = "self",
    };

    private int _depth;
    private int _conditionalDepth;
    private int _chainLength;

    public Dictionary<string, BlockStatement> Blocks { get; } = new(StringComparer.Ordinal);

    /// <summary>The names that a macro body under way has used; <see langword="null"/> outside.</summary>
    public HashSet<string>? UsedNames { get; set; }

    /// <summary>All attribute names and constant string keys that the template reads.</summary>
    public HashSet<string> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>All variables that the template reads.</summary>
    public HashSet<string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>The one instance of a name, so that names can be compared by reference.</summary>
    public string Name(string name)
    {
        if (_names.TryGetValue(name, out string? known))
        {
            return known;
        }

        _names.Add(name, name);
        return name;
    }

    public string Used(string name)
    {
        UsedNames?.Add(name);
        Variables.Add(name);
        return Name(name);
    }

    public string Member(string name)
    {
        Members.Add(name);
        return Name(name);
    }

    /// <summary>Refuses an unknown filter or test, as jinja2 does unless it stands inside a condition's branch, where it fails when reached.</summary>
    public void CheckKnown(bool isKnown, string message, int line)
    {
        if (!isKnown && _conditionalDepth == 0)
        {
            throw new JinjaSyntaxException(message, line);
        }
    }

    public void EnterConditional() => _conditionalDepth++;

    public void LeaveConditional() => _conditionalDepth--;

    public Nesting Enter(TokenStream stream)
    {
        if (++_depth > DeepestNesting)
        {
            throw stream.Failure($"the template nests more than {DeepestNesting} levels deep");
        }

        return new Nesting(this);
    }

    /// <summary>Starts a statement: chains are counted within one.</summary>
    public void BeginStatement() => _chainLength = 0;

    /// <summary>Counts the operators of a statement; all of them might be one chain.</summary>
    public Expression Checked(Expression node, TokenStream stream)
    {
        if (++_chainLength > LongestChain)
        {
            throw stream.Failure($"a statement has more than {LongestChain} operators");
        }

        return node;
    }

    public readonly ref struct Nesting(ParserState state)
    {
        public void Dispose() => state._depth--;
    }
}
