using System.Diagnostics.CodeAnalysis;
using Engine.Onnx;
using Engine.Onnx.Graphs;

namespace Engine.Inference.Runners;

/// <summary>Weights in layouts that CUDA's kernels alone read: other providers of ONNX Runtime compute wrong logits from them without a word.</summary>
[Experimental("ENGINE001")]
public static class CudaLayout
{
    /// <summary>Looks for them in a graph's file.</summary>
    /// <returns>Which node holds them and how to export the model without, as a part of a sentence; <see langword="null"/> if there are none, or the file cannot be read here.</returns>
    public static string? Find(string modelFile)
    {
        try
        {
            using OnnxModel model = OnnxModel.Load(modelFile);
            Graph graph = model.Retain();
            string? found = graph.Nodes.Select(Find).FirstOrDefault(sentence => sentence is not null);
            model.Release();
            return found;
        }
        catch (InvalidModelException)
        {
            return null;
        }
    }

    /// <summary>Looks at one node.</summary>
    internal static string? Find(Node node)
    {
        if (node.Attributes.Flag("weight_prepacked") || node.Attributes.Flag("weights_prepacked"))
        {
            return $"{node} holds weights in CUDA's own layout; export the model without prepacked weights";
        }

        // The layout of experts has no attribute that says so; its shapes do, unless a matrix is square.
        bool isTurned = node.Is("QMoE", "com.microsoft") && new[] { 2, 5 }.Any(input =>
            node.Input(input)?.Dimensions is [_, var rows, _] && node.Input(input + 1)?.Dimensions is [_, var scaled, ..] && rows != scaled);
        return isTurned ? $"{node} holds experts in CUDA's own layout; export the model with qmoe_weights_prepacked=0" : null;
    }
}
