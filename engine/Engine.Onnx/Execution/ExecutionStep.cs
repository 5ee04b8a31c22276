using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;

namespace Engine.Onnx.Execution;

/// <summary>One node's turn: what it reads, what it makes, and what nobody needs any more afterwards. Values are numbered slots; -1 is left out.</summary>
internal sealed class ExecutionStep
{
    /// <summary>For messages and timings.</summary>
    public required Node Node { get; init; }

    public required Operator Operator { get; init; }

    public required int[] Inputs { get; init; }

    public required int[] Outputs { get; init; }

    /// <summary>Slots whose last reader this is.</summary>
    public required int[] LastUses { get; init; }

    /// <summary>Inputs, as a bit mask, that are computed, read here for the last time, and overwritable for the operator.</summary>
    public required uint OverwritableInputs { get; init; }

    /// <summary>Outputs that leave the session: they must not alias memory that the session does not own.</summary>
    public required bool[] EscapingOutputs { get; init; }

    /// <summary>Branches and loop bodies; none for most operators.</summary>
    public required Subgraph[] Subgraphs { get; init; }

    /// <summary>Outputs for which the caller of the current run brought memory.</summary>
    public required bool[] PreparedOutputs { get; init; }
}
