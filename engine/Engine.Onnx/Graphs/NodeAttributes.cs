using System.Diagnostics.CodeAnalysis;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Graphs;

/// <summary>The attributes of a node by name. A getter with a default returns it when the attribute is absent and throws when it is of another kind.</summary>
internal sealed class NodeAttributes
{
    private readonly Dictionary<string, object> _values = [];

    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>Names and values, as <see cref="Set"/> takes them.</summary>
    public IReadOnlyDictionary<string, object> All => _values;

    public bool Contains(string name) => _values.ContainsKey(name);

    public long Int(string name, long defaultValue) => TryGet(name, out long value) ? value : defaultValue;

    public long Int(string name) => TryGet(name, out long value) ? value : throw Missing(name);

    /// <summary>An integer attribute that counts, sizes or numbers something, so that it must fit 32 bits.</summary>
    public int Int32(string name, int defaultValue) => TryGet(name, out long value) ? ToInt32(name, value) : defaultValue;

    /// <inheritdoc cref="Int32(string, int)"/>
    public int Int32(string name) => ToInt32(name, Int(name));

    public bool Flag(string name, bool defaultValue = false) => TryGet(name, out long value) ? value != 0 : defaultValue;

    public float Float(string name, float defaultValue) => TryGet(name, out float value) ? value : defaultValue;

    public string String(string name, string defaultValue) => TryGet(name, out string? value) ? value : defaultValue;

    public long[]? Ints(string name) => TryGet(name, out long[]? value) ? value : null;

    public float[]? Floats(string name) => TryGet(name, out float[]? value) ? value : null;

    public string[]? Strings(string name) => TryGet(name, out string[]? value) ? value : null;

    public Tensor? Tensor(string name) => TryGet(name, out Tensor? value) ? value : null;

    public Graph? Graph(string name) => TryGet(name, out Graph? value) ? value : null;

    /// <summary>Sets an attribute to a long, float, string, long[], float[], string[], <see cref="Tensors.Tensor"/> or <see cref="Graphs.Graph"/>.</summary>
    public void Set(string name, object value) => _values[name] = value;

    public bool Remove(string name) => _values.Remove(name);

    /// <summary>The graphs among the attributes: branches and loop bodies.</summary>
    public IEnumerable<Graph> Graphs => _values.Values.OfType<Graph>();

    /// <summary>The same with their attributes' names.</summary>
    public IEnumerable<KeyValuePair<string, Graph>> Subgraphs =>
        _values.Where(pair => pair.Value is Graph).Select(pair => KeyValuePair.Create(pair.Key, (Graph)pair.Value));

    private bool TryGet<T>(string name, [NotNullWhen(true)] out T? value)
    {
        value = default;
        if (!_values.TryGetValue(name, out object? held))
        {
            return false;
        }

        // An empty list is written without its kind's field, so a reader cannot tell which list it was.
        value = held is T typed ? typed
            : held is Array { Length: 0 } && typeof(T).IsArray ? (T)(object)EmptyOf<T>()
            : throw new InvalidModelException($"attribute '{name}' is of another kind than the operator takes.");
        return true;
    }

    private static Array EmptyOf<T>() => typeof(T) == typeof(long[]) ? Array.Empty<long>() : typeof(T) == typeof(float[]) ? Array.Empty<float>() : Array.Empty<string>();

    private static int ToInt32(string name, long value) =>
        value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new InvalidModelException($"attribute '{name}' is {value}, outside 32 bits.");

    private static InvalidModelException Missing(string name) => new($"attribute '{name}' is missing.");
}
