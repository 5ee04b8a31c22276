using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;
using Engine.Onnx.Optimization.Fusions;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Optimization;

/// <summary>The passes that every session runs, in order; those of the caller see the outermost graph only.</summary>
internal static class GraphOptimizer
{
    public static void Run(Graph graph, OnnxSessionOptions options, OperatorRegistry registry, WorkerPool workers)
    {
        if (options.AccuracyLevel is { } level)
        {
            RunNested(graph, new AccuracyLevelOverride(level));
        }

        RunNested(graph, new ConstantFolding(registry, workers));
        foreach (IGraphPass pass in options.Passes)
        {
            pass.Run(graph);
        }

        foreach (IGraphPass fusion in ActivationFusions.All)
        {
            RunNested(graph, fusion);
        }

        RunNested(graph, new SharedActivations());

        RunNested(graph, new DeadNodeRemoval());
    }

    /// <summary>Runs a pass on a graph and on the branches and loop bodies of its nodes.</summary>
    private static void RunNested(Graph graph, IGraphPass pass)
    {
        pass.Run(graph);
        foreach (Graph inner in graph.Nodes.SelectMany(node => node.Attributes.Graphs).ToArray())
        {
            RunNested(inner, pass);
        }
    }
}
