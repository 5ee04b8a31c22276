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
    private readonly List<JinjaSyntaxException> _forgivable = [];
    private readonly List<JinjaSyntaxException> _unforgivable = [];
    private int _chainLength;

    /// <summary>The names of the scope that is being parsed.</summary>
    public NameFrame Frame { get; set; } = new(null);

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
        Frame.Mention(name);
        Variables.Add(name);
        return Name(name);
    }

    public string Member(string name)
    {
        Members.Add(name);
        return Name(name);
    }

    /// <summary>
    /// Notes a filter or test that is not known. As in jinja2 the template is refused for it, unless it stands right in an if statement or a
    /// conditional expression: there it fails only when it is reached.
    /// </summary>
    public void CheckKnown(bool isKnown, string message, int line)
    {
        if (!isKnown)
        {
            _forgivable.Add(new JinjaSyntaxException(message, line));
        }
    }

    /// <summary>Begins a stretch that <see cref="Forgive"/> or <see cref="Keep"/> ends.</summary>
    public int Mark() => _forgivable.Count;

    /// <summary>The stretch turned out to be conditional.</summary>
    public void Forgive(int mark) => _forgivable.RemoveRange(mark, _forgivable.Count - mark);

    /// <summary>The stretch was the body of a loop, macro or the like, where nothing is forgiven even inside an if.</summary>
    public void Keep(int mark)
    {
        _unforgivable.AddRange(_forgivable.Skip(mark));
        Forgive(mark);
    }

    public void ThrowUnknown()
    {
        Keep(0);
        if (_unforgivable.Count > 0)
        {
            throw _unforgivable[0];
        }
    }

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
