using Engine.Onnx.Format;
using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;

namespace Engine.Onnx;

/// <summary>
/// An ONNX model as its files hold it: read and checked, weights mapped and not yet touched. Sessions made from it keep the files open even when the model is
/// disposed of first.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    private readonly string _name;
    private readonly MappedFile _file;
    private readonly ExternalData _external;
    private readonly ModelMetadata _metadata;
    private Graph? _graph;
    private int _references = 1;
    private bool _disposed;

    private OnnxModel(string name, MappedFile file, ExternalData external)
    {
        _name = name;
        _file = file;
        _external = external;
        _graph = ModelReader.Read(name, file, external, out _metadata);
        Inputs = [.. _graph.Inputs.Select(value => value.Describe())];
        Outputs = [.. _graph.Outputs.Select(value => value.Describe())];
        Initializers = [.. _graph.Initializers.Select(value => value.Describe())];
        WeightBytes = _graph.Initializers.Sum(value => value.Constant!.ByteLength);
        List<Node> nodes = [.. Nodes(_graph)];
        OperatorCounts = nodes.GroupBy(node => node.QualifiedType).OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count());
        UnsupportedOperators = [.. nodes.Where(node => !OperatorRegistry.Default.Supports(node)).Select(node => node.QualifiedType).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>What the file says of itself.</summary>
    public ModelMetadata Metadata => _metadata;

    /// <summary>The inputs, in the file's order.</summary>
    public IReadOnlyList<ValueInfo> Inputs { get; }

    /// <summary>The outputs, in the file's order.</summary>
    public IReadOnlyList<ValueInfo> Outputs { get; }

    /// <summary>The weights and other constants.</summary>
    public IReadOnlyList<ValueInfo> Initializers { get; }

    /// <summary>Bytes of all weights.</summary>
    public long WeightBytes { get; }

    /// <summary>How many nodes of each operator, those of inner graphs included; operators of other domains than ONNX's own carry it as a prefix.</summary>
    public IReadOnlyDictionary<string, int> OperatorCounts { get; }

    /// <summary>Operators that no session can run; empty for a model that can be run.</summary>
    public IReadOnlyList<string> UnsupportedOperators { get; }

    /// <summary>Reads a model file. Files that hold its weights are looked for in its folder only.</summary>
    /// <param name="path">The <c>.onnx</c> file.</param>
    /// <exception cref="InvalidModelException">The file is missing, no ONNX model, damaged, incomplete, or of an unsupported version.</exception>
    public static OnnxModel Load(string path)
    {
        string full = Path.GetFullPath(path);
        return File.Exists(full)
            ? Create(Path.GetFileName(full), MappedFile.Open(full, Path.GetFileName(full)), Path.GetDirectoryName(full)!)
            : throw new InvalidModelException($"{Path.GetFileName(full)} is not in {Path.GetDirectoryName(full)}; check the path, or fetch the file.");
    }

    /// <summary>Reads a model from memory, which is copied.</summary>
    /// <param name="model">The bytes of an <c>.onnx</c> file.</param>
    /// <param name="folder">Where its other files are.</param>
    /// <exception cref="InvalidModelException">No ONNX model, damaged, incomplete, or of an unsupported version.</exception>
    public static OnnxModel Load(ReadOnlySpan<byte> model, string folder = ".") => Create("the model", MappedFile.Copy(model, "the model"), folder);

    /// <summary>Closes the files once no session uses them.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Release();
        }
    }

    /// <summary>Its files: the model's own, then those beside it, in an order that does not change. Not to be asked before the graph was read.</summary>
    internal IReadOnlyList<MappedFile> Files => [_file, .. _external.Files.Distinct().OrderBy(file => file.Path, StringComparer.Ordinal)];

    /// <summary>The graph for a session to edit; the session calls <see cref="Release"/> when it needs the weights no more.</summary>
    internal Graph Retain()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Interlocked.Increment(ref _references);
        return Interlocked.Exchange(ref _graph, null) ?? ModelReader.Read(_name, _file, _external, out _);
    }

    /// <summary>Counts one user less; the last closes the files.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _external.Dispose();
            _file.Dispose();
        }
    }

    private static OnnxModel Create(string name, MappedFile file, string folder)
    {
        ExternalData external = new(name, folder);
        try
        {
            return new OnnxModel(name, file, external);
        }
        catch
        {
            external.Dispose();
            file.Dispose();
            throw;
        }
    }

    private static IEnumerable<Node> Nodes(Graph graph) => graph.Nodes.SelectMany(node => node.Attributes.Graphs.SelectMany(Nodes).Prepend(node));
}
