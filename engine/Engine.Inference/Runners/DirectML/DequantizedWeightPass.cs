using Engine.Onnx.Graphs;
using Engine.Onnx.Optimization;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.DirectML;

/// <summary>
/// Writes weights of 8 bits with zero points out as arithmetic. ONNX Runtime would make one operator of them and their product, and DirectML's reads 8-bit
/// zero points wrong.
/// </summary>
internal sealed class DequantizedWeightPass : IGraphPass
{
    /// <summary>Whether anything was changed.</summary>
    public bool HasChanged { get; private set; }

    public void Run(Graph graph)
    {
        GraphBuilder builder = new(graph);
        foreach (Node node in graph.Nodes.Where(IsWeight).ToArray())
        {
            Tensor weight = node.Input(0)!.Constant!;
            int axis = node.Attributes.Int32("axis", 1);
            axis = axis < 0 ? axis + weight.Shape.Rank : axis;
            Value scale = Along(builder, node.Input(1)!, weight.Shape.Rank, axis);
            Value points = Along(builder, node.Input(2)!, weight.Shape.Rank, axis);
            (string, object) to = ("to", (long)scale.Constant!.ElementType);
            Value distance = builder.Node("Sub", builder.Node("Cast", [node.Input(0)], to), builder.Node("Cast", [points], to));
            graph.ReplaceUses(node.Output(0)!, builder.Node("Mul", distance, scale));
            graph.RemoveNode(node);
            HasChanged = true;
        }
    }

    private static bool IsWeight(Node node) =>
        node.Is("DequantizeLinear") && node.Input(0)?.Constant is { ElementType: ElementType.Int8 or ElementType.UInt8 }
        && node.Input(1)?.Constant is { Shape.Rank: 0 or 1 } scale && scale.ElementType.IsHalfOrSingle() && node.Input(2)?.Constant is not null
        && node.Attributes.Int("block_size", 0) == 0 && node.Attributes.Int("output_dtype", 0) == 0;

    // One number an entry of the axis, in the shape that broadcasts along it.
    private static Value Along(GraphBuilder builder, Value numbers, int rank, int axis)
    {
        Tensor tensor = numbers.Constant!;
        if (tensor.ElementCount == 1)
        {
            return numbers;
        }

        int[] shape = [.. Enumerable.Repeat(1, rank)];
        shape[axis] = tensor.Shape[0];
        Tensor view = Tensor.Allocate(tensor.ElementType, new Shape(shape));
        tensor.AsReadOnlySpan<byte>().CopyTo(view.AsSpan<byte>());
        return builder.Constant(view);
    }
}
