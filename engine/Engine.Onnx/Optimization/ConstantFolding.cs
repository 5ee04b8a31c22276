using Engine.Onnx.Execution;
using Engine.Onnx.Graphs;
using Engine.Onnx.Operators;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Optimization;

/// <summary>
/// Computes once what depends on constants only, with the operators themselves. Results that would be much larger than what they are computed from stay
/// as they are: a few bytes of a model must not become gigabytes here.
/// </summary>
/// <param name="registry">The operators.</param>
/// <param name="workers">What they compute with.</param>
/// <param name="only">The nodes to look at; null for all.</param>
internal sealed class ConstantFolding(OperatorRegistry registry, WorkerPool workers, IReadOnlySet<Node>? only = null) : IGraphPass
{
    /// <summary>What a result may take regardless of its inputs.</summary>
    private const long FreeBytes = 1 << 20;

    /// <summary>How much larger than its inputs a result may be: bytes of a quantized weight become singles.</summary>
    private const long Growth = 8;

    public void Run(Graph graph)
    {
        List<Node> folded = [];
        foreach (Node node in TopologicalOrder.Of(graph))
        {
            if (!IsFoldable(node, graph) || Compute(node) is not { } results)
            {
                continue;
            }

            folded.Add(node);
            for (int i = 0; i < results.Length; i++)
            {
                if (node.Outputs[i] is { } output)
                {
                    graph.MakeInitializer(output, results[i]!);
                }
            }

            // From here on the inputs serve other readers only, so that a long chain does not hold every link.
            node.TrimInputs(0);
            graph.RemoveUnusedInitializers();
        }

        graph.RemoveNodes(folded);
    }

    private bool IsFoldable(Node node, Graph graph) =>
        only?.Contains(node) is not false
        && node.Inputs.All(input => input is null || input.Constant is not null)
        && !node.OperatorType.StartsWith("Random", StringComparison.Ordinal)
        && !node.Attributes.Graphs.Any()
        && !node.Outputs.Any(output => output is not null && graph.IsOutput(output))
        && registry.Supports(node);

    private Tensor[]? Compute(Node node)
    {
        using Operator code = registry.Create(node);
        int inputCount = node.Inputs.Count;
        Tensor?[] slots = [.. node.Inputs.Select(input => input?.Constant), .. node.Outputs.Select(output => output is null ? null : new Tensor())];
        ExecutionStep step = new()
        {
            Node = node,
            Operator = code,
            Inputs = [.. node.Inputs.Select((input, i) => input is null ? -1 : i)],
            Outputs = [.. node.Outputs.Select((output, i) => output is null ? -1 : inputCount + i)],
            LastUses = [],
            OverwritableInputs = 0,
            EscapingOutputs = new bool[node.Outputs.Count],
            PreparedOutputs = new bool[node.Outputs.Count],
            Subgraphs = [],
        };
        using BufferPool pool = new(FreeBytes + (Growth * node.Inputs.Sum(input => input?.Constant?.ByteLength ?? 0)));
        OperatorContext context = new(workers, pool, slots);
        context.Begin(step);
        try
        {
            code.Run(context);
            return [.. slots.Skip(inputCount).Select(result => result is null ? null! : Keep(result))];
        }
        catch (PoolExhaustedException)
        {
            return null;
        }
        finally
        {
            context.End();
        }
    }

    /// <summary>Takes a result out of the pool; a view of a constant stays a view.</summary>
    private static unsafe Tensor Keep(Tensor result)
    {
        if (result.Buffer is null)
        {
            return new Tensor(result.ElementType, result.Shape, result.Data, result.Source, isReadOnly: true);
        }

        Tensor kept = Tensor.Allocate(result.ElementType, result.Shape);
        Buffer.MemoryCopy(result.Data, kept.Data, kept.ByteCapacity, result.ByteLength);
        kept.MakeReadOnly();
        return kept;
    }
}
