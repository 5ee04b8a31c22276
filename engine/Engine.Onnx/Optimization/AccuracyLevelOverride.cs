using Engine.Onnx.Graphs;

namespace Engine.Onnx.Optimization;

/// <summary>Gives every quantized matrix product the accuracy level that the user wants instead of the model's own.</summary>
internal sealed class AccuracyLevelOverride(int level) : IGraphPass
{
    private const string Attribute = "accuracy_level";

    public void Run(Graph graph)
    {
        foreach (Node node in graph.Nodes.Where(node => node.Is("MatMulNBits", "com.microsoft")))
        {
            node.Attributes.Set(Attribute, (long)level);
        }
    }
}
