using Engine.Onnx.Execution;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Operators;

/// <summary>What an operator sees of one call: its inputs, the making of its outputs, scratch memory and threads. One object serves a whole session.</summary>
internal sealed unsafe class OperatorContext(WorkerPool workers, BufferPool pool, Tensor?[] slots)
{
    private readonly List<PooledBuffer> _scratch = [];
    private readonly Dictionary<Subgraph, GraphExecutor> _branches = [];
    private ExecutionStep _step = null!;
    private GraphExecutor? _runningBranch;

    /// <summary>Threads to share the work with.</summary>
    public WorkerPool Workers { get; } = workers;

    /// <summary>How many inputs the node lists, those left out included.</summary>
    public int InputCount => _step.Inputs.Length;

    /// <summary>How many outputs the node lists, those left out included.</summary>
    public int OutputCount => _step.Outputs.Length;

    /// <summary>Input <paramref name="index"/>, which the operator cannot do without.</summary>
    /// <exception cref="InvalidModelException">The node leaves it out.</exception>
    public Tensor Input(int index) => OptionalInput(index) ?? throw Error($"input {index} is missing.");

    /// <summary>Input <paramref name="index"/>, which must be of one type.</summary>
    /// <exception cref="InvalidModelException">The node leaves it out, or it is of another type.</exception>
    public Tensor Input(int index, ElementType type)
    {
        Tensor input = Input(index);
        return input.ElementType == type ? input : throw Error($"input {index} is {input.ElementType.Name()}; it must be {type.Name()}.");
    }

    /// <summary>Input <paramref name="index"/>; null when the node leaves it out.</summary>
    public Tensor? OptionalInput(int index)
    {
        int[] inputs = _step.Inputs;
        return (uint)index < (uint)inputs.Length && inputs[index] >= 0 ? slots[inputs[index]] : null;
    }

    /// <summary>Whether somebody reads output <paramref name="index"/>.</summary>
    public bool HasOutput(int index) => (uint)index < (uint)_step.Outputs.Length && _step.Outputs[index] >= 0;

    /// <summary>
    /// Makes output <paramref name="index"/>. Its contents are undefined; it may be the memory of an input that the operator declared
    /// overwritable, or memory that the caller of the session prepared.
    /// </summary>
    /// <exception cref="InvalidModelException">The caller prepared memory of another type or shape.</exception>
    public Tensor AllocateOutput(int index, ElementType type, in Shape shape)
    {
        Tensor output = Output(index);
        if (_step.PreparedOutputs[index])
        {
            return output.ElementType == type && output.Shape == shape
                ? output
                : throw Error($"output {index} is {type.Name()} {shape}, but the tensor prepared for it is {output}.");
        }

        if (index == 0 && FindOverwritable(type, shape) is { } input)
        {
            PooledBuffer shared = input.Buffer!;
            shared.AddReference();
            output.Bind(type, shape, input.Data, shared.ByteCapacity, shared, isReadOnly: false);
            return output;
        }

        PooledBuffer buffer = pool.Rent(type.ByteCount(shape.ElementCount));
        output.Bind(type, shape, buffer.Data, buffer.ByteCapacity, buffer, isReadOnly: false);
        return output;
    }

    /// <summary>Makes output <paramref name="index"/> the elements of an input under another shape, without a copy where that is possible.</summary>
    public Tensor AliasOutput(int index, Tensor input, in Shape shape)
    {
        Tensor output = Output(index);
        if (_step.PreparedOutputs[index] || (_step.EscapingOutputs[index] && input.Buffer is null))
        {
            Tensor copy = AllocateOutput(index, input.ElementType, shape);
            System.Buffer.MemoryCopy(input.Data, copy.Data, copy.ByteLength, input.ByteLength);
            return copy;
        }

        input.Buffer?.AddReference();
        output.Bind(input.ElementType, shape, input.Data, input.ByteCapacity, input.Buffer, input.IsReadOnly);
        output.Source = input.Buffer is null ? input : null;
        return output;
    }

    /// <summary>Memory until the end of this call; its contents are undefined.</summary>
    public Span<T> Scratch<T>(int count)
        where T : unmanaged
    {
        PooledBuffer buffer = pool.Rent((long)count * sizeof(T));
        _scratch.Add(buffer);
        return new Span<T>(buffer.Data, count);
    }

    /// <summary>Runs a branch of the node and gives what it computed; valid until the end of this call.</summary>
    /// <exception cref="InvalidModelException">The node has no such branch.</exception>
    public ReadOnlySpan<Tensor?> RunSubgraph(string attribute)
    {
        int index = Array.FindIndex(_step.Subgraphs, subgraph => subgraph.Attribute == attribute);
        if (index < 0)
        {
            throw Error($"attribute '{attribute}' is missing.");
        }

        Subgraph subgraph = _step.Subgraphs[index];
        if (!_branches.TryGetValue(subgraph, out GraphExecutor? executor))
        {
            _branches.Add(subgraph, executor = new GraphExecutor(subgraph.Plan, Workers, pool, timings: null));
        }

        _runningBranch = executor;
        return executor.RunBranch(slots);
    }

    /// <summary>The exception for inputs that cannot be used; <paramref name="message"/> goes on after the node's name.</summary>
    public InvalidModelException Error(string message) => new($"{_step.Node}: {message}");

    /// <summary>The exception for an element type that the operator does not take.</summary>
    public InvalidModelException UnsupportedType(ElementType type) => Error($"tensors of {type.Name()} are not supported here.");

    /// <summary>The axis that <paramref name="axis"/> means in a tensor of <paramref name="rank"/> dimensions: negative counts from the innermost.</summary>
    /// <exception cref="InvalidModelException">There is no such axis.</exception>
    public int NormalizeAxis(long axis, int rank)
    {
        long normalized = axis < 0 ? axis + rank : axis;
        return normalized >= 0 && normalized < rank ? (int)normalized : throw Error($"axis {axis} of a tensor with {rank} dimensions.");
    }

    /// <summary>The shape that two inputs broadcast to.</summary>
    /// <exception cref="InvalidModelException">They do not fit.</exception>
    public Shape Broadcast(Tensor a, Tensor b) =>
        Shape.TryBroadcast(a.Shape, b.Shape, out Shape result) ? result : throw Error($"shapes {a.Shape} and {b.Shape} do not broadcast to one.");

    /// <summary>An input that holds integers: axes, sizes, starts. Also 32-bit ones.</summary>
    /// <exception cref="InvalidModelException">The node leaves it out, or it is of another type.</exception>
    public ReadOnlySpan<long> Integers(int index)
    {
        Tensor input = Input(index);
        if (input.ElementType == ElementType.Int64)
        {
            return input.AsReadOnlySpan<long>();
        }

        ReadOnlySpan<int> narrow = Input(index, ElementType.Int32).AsReadOnlySpan<int>();
        Span<long> wide = Scratch<long>(narrow.Length);
        for (int i = 0; i < narrow.Length; i++)
        {
            wide[i] = narrow[i];
        }

        return wide;
    }

    /// <summary>An input that holds one integer.</summary>
    /// <exception cref="InvalidModelException">The node leaves it out, or it holds none, several, or another type.</exception>
    public long Integer(int index)
    {
        ReadOnlySpan<long> values = Integers(index);
        return values.Length == 1 ? values[0] : throw Error($"input {index} holds {values.Length} values where one belongs.");
    }

    /// <summary>A shape from computed dimensions.</summary>
    /// <exception cref="InvalidModelException">Too many, negative, or too large.</exception>
    public Shape ToShape(ReadOnlySpan<long> dimensions)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        bool isValid = dimensions.Length <= Shape.MaxRank;
        long count = 1;
        for (int i = 0; isValid && i < dimensions.Length; i++)
        {
            isValid = dimensions[i] is >= 0 and <= int.MaxValue && (dimensions[i] == 0 || count <= long.MaxValue / 256 / dimensions[i]);
            count *= dimensions[i];
            sizes[i] = isValid ? (int)dimensions[i] : 0;
        }

        return isValid ? new Shape(sizes[..dimensions.Length]) : throw Error($"the shape [{string.Join(',', dimensions.ToArray().Take(10))}] is impossible or unsupported.");
    }

    /// <summary>Bytes of one element of a tensor whose elements are moved; elements below a byte cannot be.</summary>
    /// <exception cref="InvalidModelException">Elements below a byte.</exception>
    public int ElementSize(Tensor tensor) => tensor.ElementType.BitCount() is >= 8 and int bits ? bits / 8 : throw UnsupportedType(tensor.ElementType);

    /// <summary>Begins the call of one node.</summary>
    internal void Begin(ExecutionStep step) => _step = step;

    /// <summary>Ends it: scratch memory goes back.</summary>
    internal void End()
    {
        foreach (PooledBuffer buffer in _scratch)
        {
            buffer.Release();
        }

        _scratch.Clear();
        _runningBranch?.Release();
        _runningBranch = null;
    }

    private Tensor Output(int index) => HasOutput(index) ? slots[_step.Outputs[index]]! : throw Error($"output {index} is not wanted; the operator should have asked.");

    private Tensor? FindOverwritable(ElementType type, in Shape shape)
    {
        uint candidates = _step.OverwritableInputs;
        for (int i = 0; candidates != 0; i++, candidates >>= 1)
        {
            if ((candidates & 1) != 0 && slots[_step.Inputs[i]] is { Buffer.IsUnshared: true } input && input.ElementType == type && input.Shape == shape)
            {
                return input;
            }
        }

        return null;
    }
}
