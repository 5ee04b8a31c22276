using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.DirectML;

/// <summary>
/// The cosines and sines that a node reads, with the positions to look up in them. Where the graph chooses between two tables by the length so far, they
/// become one and the positions move to the second part: what DirectML's own exports do.
/// </summary>
internal sealed class RotaryTables(GraphBuilder builder)
{
    private readonly Dictionary<(Value, Value, Value), RotaryTable> _known = [];

    /// <summary>The tables behind two inputs.</summary>
    public RotaryTable Of(Value positions, Value cosines, Value sines)
    {
        if (!_known.TryGetValue((positions, cosines, sines), out RotaryTable? table))
        {
            table = Chosen(positions, cosines, sines) ?? new RotaryTable(positions, cosines, sines);
            _known.Add((positions, cosines, sines), table);
        }

        return table;
    }

    private RotaryTable? Chosen(Value positions, Value cosines, Value sines)
    {
        if (cosines.Producer is not { } choice || !choice.Is("If") || sines.Producer != choice || choice.Input(0) is not { } condition)
        {
            return null;
        }

        if (Join(choice, cosines) is not { } joinedCosines || Join(choice, sines) is not { } joinedSines)
        {
            return null;
        }

        long rows = Branch(choice, "else_branch", cosines)!.Shape[0];
        Value chosen = builder.Node("Cast", [condition], ("to", (long)ElementType.Int64));
        Value offset = builder.Node("Mul", chosen, builder.Constant(Tensor.Create([rows], Shape.Scalar)));
        return new RotaryTable(builder.Node("Add", positions, offset), builder.Constant(joinedCosines), builder.Constant(joinedSines));
    }

    // Rows of the table for short sequences first.
    private static Tensor? Join(Node choice, Value output)
    {
        Tensor? first = Branch(choice, "else_branch", output);
        Tensor? second = Branch(choice, "then_branch", output);
        if (first is not { Shape.Rank: 2 } || second is not { Shape.Rank: 2 } || first.ElementType != second.ElementType || first.Shape[1] != second.Shape[1])
        {
            return null;
        }

        Tensor joined = Tensor.Allocate(first.ElementType, new Shape(first.Shape[0] + second.Shape[0], first.Shape[1]));
        Span<byte> bytes = joined.AsSpan<byte>();
        first.AsReadOnlySpan<byte>().CopyTo(bytes);
        second.AsReadOnlySpan<byte>().CopyTo(bytes[(int)first.ByteLength..]);
        return joined;
    }

    private static Tensor? Branch(Node choice, string branch, Value output)
    {
        int index = choice.Outputs.ToList().IndexOf(output);
        Value? result = choice.Attributes.Graph(branch) is { } graph && index < graph.Outputs.Count ? graph.Outputs[index] : null;
        return result?.Constant ?? (result?.Producer is { } constant && constant.Is("Constant") ? constant.Attributes.Tensor("value") : null);
    }
}

/// <summary>Tables of cosines and sines, and which row each token takes.</summary>
internal sealed record RotaryTable(Value Positions, Value Cosines, Value Sines)
{
    /// <summary>How much of a head turns; null when the graph does not say.</summary>
    public int? Width => Cosines.Dimensions is [_, { IsFixed: true } half] ? (int)half.Size * 2 : null;
}
