using Engine.Onnx.Tensors;

namespace Engine.Onnx.Execution;

/// <summary>A graph made ready to run: steps in an order that respects every edge, and values as numbered slots.</summary>
internal sealed class ExecutionPlan
{
    public required ExecutionStep[] Steps { get; init; }

    /// <summary>Data of the constants, by slot; null for values that are computed or given.</summary>
    public required Tensor?[] Constants { get; init; }

    /// <summary>Slots of the graph's inputs, in the graph's order.</summary>
    public required int[] Inputs { get; init; }

    /// <summary>The graph's outputs, in the graph's order.</summary>
    public required PlannedOutput[] Outputs { get; init; }

    /// <summary>For a branch: the slots that hold values of the enclosing graph, by its slots.</summary>
    public required CapturedSlot[] Captured { get; init; }

    /// <summary>Slots that a step computes and that do not leave the session.</summary>
    public required int[] Intermediates { get; init; }
}
