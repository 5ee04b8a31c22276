using Engine.Onnx.Graphs;

namespace Engine.Onnx.Operators;

/// <summary>
/// Which code runs which operator: domain and name, the version of the domain's operators from which on it applies, and how to construct it
/// from a node. Filled by one table per family, so that everything supported can be read in one place.
/// </summary>
internal sealed partial class OperatorRegistry
{
    private readonly Dictionary<(string Domain, string Type), List<Entry>> _entries = [];

    private OperatorRegistry()
    {
        AddMath();
        AddShapes();
        AddReductions();
        AddQuantization();
        AddLanguageModel();
    }

    /// <summary>All operators of this library.</summary>
    public static OperatorRegistry Default { get; } = new();

    /// <summary>The names of all operators, qualified by their domain.</summary>
    public IEnumerable<string> Names => _entries.Keys.Select(key => key.Domain.Length == 0 ? key.Type : $"{key.Domain}.{key.Type}");

    /// <summary>Whether a node's operator is known in its version.</summary>
    public bool Supports(Node node) => Find(node) is not null;

    /// <summary>Constructs the operator of a node.</summary>
    /// <exception cref="InvalidModelException">The operator is unknown, or the node's attributes are wrong.</exception>
    public Operator Create(Node node)
    {
        Func<Node, Operator> create = Find(node) ?? throw new InvalidModelException($"{node}: the operator is not supported in version {node.OpsetVersion}.");
        try
        {
            return create(node);
        }
        catch (InvalidModelException exception)
        {
            throw new InvalidModelException($"{node}: {exception.Message}", exception);
        }
    }

    private Func<Node, Operator>? Find(Node node)
    {
        Func<Node, Operator>? found = null;
        if (_entries.TryGetValue((node.Domain, node.OperatorType), out List<Entry>? versions))
        {
            foreach (Entry entry in versions)
            {
                found = entry.SinceVersion <= node.OpsetVersion ? entry.Create : found;
            }
        }

        return found;
    }

    /// <summary>Adds an operator of ONNX's own domain; later versions after earlier ones.</summary>
    private void Add(string type, int since, Func<Node, Operator> create) => Add("", type, since, create);

    private void Add(string domain, string type, int since, Func<Node, Operator> create)
    {
        if (!_entries.TryGetValue((domain, type), out List<Entry>? versions))
        {
            _entries.Add((domain, type), versions = []);
        }

        versions.Add(new Entry(since, create));
    }

    private readonly record struct Entry(int SinceVersion, Func<Node, Operator> Create);
}
