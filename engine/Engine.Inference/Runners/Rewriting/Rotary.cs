using Engine.Onnx;
using Engine.Onnx.Graphs;

namespace Engine.Inference.Runners.Rewriting;

/// <summary>For how many positions a graph has angles: the tables of cosines that its nodes read. A sequence cannot be longer.</summary>
internal static class Rotary
{
    /// <summary>The least of all tables; null for a graph without.</summary>
    public static int? Positions(Graph graph)
    {
        int? least = null;
        foreach (Node node in graph.Nodes)
        {
            int input = node.OperatorType switch
            {
                "GroupQueryAttention" when node.Attributes.Flag("do_rotary") => 7,
                "RotaryEmbedding" when node.Domain.Length > 0 => 2,
                _ => -1,
            };
            if (input >= 0 && node.Input(input)?.Constant is { Shape.Rank: 2 } cosines)
            {
                least = Math.Min(least ?? int.MaxValue, cosines.Shape[0]);
            }
        }

        return least;
    }

    /// <summary>The same of a file; null as well where only another runtime can read it.</summary>
    public static int? Positions(string modelFile)
    {
        try
        {
            using OnnxModel model = OnnxModel.Load(modelFile);
            Graph graph = model.Retain();
            int? positions = Positions(graph);
            model.Release();
            return positions;
        }
        catch (InvalidModelException)
        {
            return null;
        }
    }
}
