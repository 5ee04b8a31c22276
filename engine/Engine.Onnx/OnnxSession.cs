using Engine.Onnx.Execution;
using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;
using Engine.Onnx.Optimization;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;
using Engine.Onnx.Weights;

namespace Engine.Onnx;

/// <summary>
/// An executable, optimized instance of a model. Runs are cheap to repeat: memory of one run serves the next, and with the same shapes and prepared outputs
/// nothing is allocated. For one thread at a time.
/// </summary>
public sealed class OnnxSession : IDisposable
{
    private readonly OnnxModel? _model;
    private readonly WorkerPool _workers;
    private readonly bool _ownsWorkers;
    private readonly BufferPool _pool = new();
    private readonly WeightStore? _weights;
    private readonly Dictionary<Node, Operator> _operators = [];
    private readonly GraphExecutor _executor;
    private readonly bool[] _isRead;
    private readonly Dictionary<string, int> _inputIndices;
    private readonly Dictionary<string, int> _outputIndices;
    private bool _disposed;

    private OnnxSession(OnnxModel? model, Graph graph, OnnxSessionOptions options)
    {
        _model = model;
        _ownsWorkers = options.Workers is null;
        _workers = options.Workers ?? new WorkerPool(options.Threads > 0 ? options.Threads : ProcessorTopology.CoreCount, options.PinThreads);
        try
        {
            GraphOptimizer.Run(graph, options, OperatorRegistry.Default, _workers);
            _weights = new WeightStore(model?.Files ?? [], options, _workers);
            OperatorFactory.Create(graph, OperatorRegistry.Default, _workers, _weights, _operators);
            Timings = options.CollectTimings ? new OperatorTimings() : null;
            _executor = new GraphExecutor(Planner.Plan(graph, _operators), _workers, _pool, Timings);
            _weights.Save();
        }
        catch
        {
            Free();
            throw;
        }

        Inputs = [.. graph.Inputs.Select(value => value.Describe())];
        Outputs = [.. graph.Outputs.Select(value => value.Describe())];
        HashSet<Value> captured = [.. graph.Nodes.SelectMany(node => node.Attributes.Graphs).SelectMany(inner => inner.Captured)];
        _isRead = [.. graph.Inputs.Select(value => value.Consumers.Count > 0 || graph.IsOutput(value) || captured.Contains(value))];
        _inputIndices = Inputs.Select((input, i) => (input.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i);
        _outputIndices = Outputs.Select((output, i) => (output.Name, i)).DistinctBy(pair => pair.Name).ToDictionary(pair => pair.Name, pair => pair.i);
    }

    /// <summary>What <see cref="Run(ReadOnlySpan{Tensor}, Span{Tensor})"/> takes, in order.</summary>
    public IReadOnlyList<ValueInfo> Inputs { get; }

    /// <summary>What it computes, in order.</summary>
    public IReadOnlyList<ValueInfo> Outputs { get; }

    /// <summary>Bytes of intermediate results that the session holds.</summary>
    public long BufferBytes => _pool.ByteCount;

    /// <summary>Bytes of weights that every run reads from beginning to end, however few rows it computes: those of its matrix products.</summary>
    public long WeightBytes => _operators.Values.Sum(code => code.WeightBytes);

    /// <summary>Where the quantised weights came from.</summary>
    internal WeightStore Weights => _weights!;

    /// <summary>Time by operator; null unless asked for.</summary>
    internal OperatorTimings? Timings { get; }

    /// <summary>Makes a model executable.</summary>
    /// <exception cref="InvalidModelException">The model uses operators that are not supported (all are named), or nodes that are wrong.</exception>
    public static OnnxSession Create(OnnxModel model, OnnxSessionOptions? options = null)
    {
        Graph graph = model.Retain();
        try
        {
            return new OnnxSession(model, graph, options ?? new OnnxSessionOptions());
        }
        catch
        {
            model.Release();
            throw;
        }
    }

    /// <summary>Makes a graph executable that no file holds; the session edits it.</summary>
    internal static OnnxSession Create(Graph graph, OnnxSessionOptions? options = null) => new(null, graph, options ?? new OnnxSessionOptions());

    /// <summary>The place of an input in <see cref="Inputs"/>.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public int InputIndex(string name) => _inputIndices.TryGetValue(name, out int index) ? index
        : throw new ArgumentException($"the model has no input '{name}'; it has {string.Join(", ", _inputIndices.Keys)}.", nameof(name));

    /// <summary>The place of an output in <see cref="Outputs"/>.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public int OutputIndex(string name) => _outputIndices.TryGetValue(name, out int index) ? index
        : throw new ArgumentException($"the model has no output '{name}'; it has {string.Join(", ", _outputIndices.Keys)}.", nameof(name));

    /// <summary>Computes the outputs.</summary>
    /// <param name="inputs">One tensor for each of <see cref="Inputs"/>; null for one that the optimized graph does not read.</param>
    /// <param name="outputs">
    /// One place for each of <see cref="Outputs"/>: a tensor of the right type and shape is written into; null is replaced by a new tensor, whose memory is the
    /// session's until the caller disposes of it.
    /// </param>
    /// <exception cref="ArgumentException">An input is missing or of a wrong type or shape.</exception>
    /// <exception cref="InvalidModelException">A node cannot compute with what it gets; the message names it.</exception>
    public void Run(ReadOnlySpan<Tensor?> inputs, Span<Tensor?> outputs)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (inputs.Length != Inputs.Count || outputs.Length != Outputs.Count)
        {
            throw new ArgumentException($"{inputs.Length} inputs and {outputs.Length} outputs; the model has {Inputs.Count} and {Outputs.Count}.");
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            InputCheck.Check(Inputs[i], inputs[i], _isRead[i]);
        }

        _executor.Run(inputs, outputs);
    }

    /// <summary>Computes the outputs from inputs by name; the caller disposes of the results.</summary>
    /// <inheritdoc cref="Run(ReadOnlySpan{Tensor}, Span{Tensor})"/>
    public IReadOnlyDictionary<string, Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs)
    {
        Tensor?[] ordered = new Tensor?[Inputs.Count];
        foreach ((string name, Tensor tensor) in inputs)
        {
            ordered[InputIndex(name)] = tensor;
        }

        Tensor?[] outputs = new Tensor?[Outputs.Count];
        Run(ordered, outputs);
        return _outputIndices.ToDictionary(pair => pair.Key, pair => outputs[pair.Value]!);
    }

    /// <summary>Frees the session's memory; tensors that it lent refuse from then on.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Free();
            _model?.Release();
        }
    }

    private void Free()
    {
        _weights?.Dispose();
        foreach (Operator code in _operators.Values)
        {
            code.Dispose();
        }

        _pool.Dispose();
        if (_ownsWorkers)
        {
            _workers.Dispose();
        }
    }
}
