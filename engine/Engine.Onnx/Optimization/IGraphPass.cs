using Engine.Onnx.Graphs;

namespace Engine.Onnx.Optimization;

/// <summary>One rewriting of a graph, run once when a session is created. What it leaves computes the same results.</summary>
internal interface IGraphPass
{
    /// <summary>Edits the graph in place.</summary>
    void Run(Graph graph);
}
