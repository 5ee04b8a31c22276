using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;
using Engine.Onnx.Weights;

namespace Engine.Onnx.Operators;

/// <summary>What an operator sees of its constant inputs before the first run.</summary>
internal sealed class PrepackContext(Node node, WorkerPool workers, WeightStore weights)
{
    private readonly bool[] _released = new bool[node.Inputs.Count];

    /// <summary>Threads to share the work with.</summary>
    public WorkerPool Workers { get; } = workers;

    /// <summary>Where quantised weights come from.</summary>
    public WeightStore Weights { get; } = weights;

    /// <summary>Input <paramref name="index"/> when it is constant; null when it is computed, given by the caller, or left out.</summary>
    public Tensor? Constant(int index) => node.Input(index)?.Constant;

    /// <summary>Whether the node has input <paramref name="index"/> at all, constant or not.</summary>
    public bool HasInput(int index) => node.Input(index) is not null;

    /// <summary>Says that <see cref="Operator.Run"/> will not read constant input <paramref name="index"/>: once no node does, its memory goes back. Nothing happens for an input that is left out.</summary>
    public void Release(int index)
    {
        if (index < _released.Length)
        {
            _released[index] = true;
        }
    }

    /// <summary>Whether input <paramref name="index"/> was released.</summary>
    public bool IsReleased(int index) => _released[index];

    /// <summary>The exception for an input that cannot be used; <paramref name="message"/> goes on after the node's name.</summary>
    public InvalidModelException Error(string message) => new($"{node}: {message}");
}
