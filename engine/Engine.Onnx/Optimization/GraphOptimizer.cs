using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;
using Engine.Onnx.Optimization.Fusions;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Optimization;

/// <summary>The passes that every session runs, in order.</summary>
internal static class GraphOptimizer
{
    public static void Run(Graph graph, OnnxSessionOptions options, OperatorRegistry registry, WorkerPool workers)
    {
        IEnumerable<IGraphPass> passes =
        [
            .. options.AccuracyLevel is { } level ? [new AccuracyLevelOverride(level)] : Array.Empty<IGraphPass>(),
            new ConstantFolding(registry, workers),
            .. options.Passes,
            .. ActivationFusions.All,
            new DeadNodeRemoval(),
        ];
        foreach (IGraphPass pass in passes)
        {
            pass.Run(graph);
        }
    }
}
