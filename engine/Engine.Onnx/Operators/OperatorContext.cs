using Engine.Onnx.Execution;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Operators;

/// <summary>What an operator sees of one call: its inputs, the making of its outputs, scratch memory and threads. One object serves a whole session.</summary>
internal sealed unsafe class OperatorContext(WorkerPool workers, BufferPool pool, Tensor?[] slots)
{
    private readonly List<PooledBuffer> _scratch = [];
    private ExecutionStep _step = null!;

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
