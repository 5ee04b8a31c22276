using Engine.Onnx.Graphs;
using Engine.Onnx.Optimization;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.DirectML;

/// <summary>Gives attention the layout that DirectML computes right.</summary>
/// <param name="signature">The graph's roles.</param>
/// <param name="positionsName">What an input for positions is called where the graph has none yet.</param>
internal sealed class AttentionPass(ModelSignature signature, string positionsName) : IGraphPass
{
    private const string Microsoft = "com.microsoft";
    private const int FirstQueryNorm = 14;

    /// <summary>Whether anything was changed.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Whether attention is written out, so that past and present are different tensors.</summary>
    public bool IsPlain { get; private set; }

    public void Run(Graph graph)
    {
        GraphBuilder builder = new(graph);
        RotaryTables tables = new(builder);
        GroupedAttention[] nodes =
            [.. graph.Nodes.Where(node => node.Is("GroupQueryAttention", Microsoft)).Select(node => GroupedAttention.Of(graph, node, signature.Caches))];
        SplitPartialRotary(graph, builder, tables);

        // One that must be written out makes all of them so: a runner keeps all caches in one way. States of other kinds are never past and present at once.
        IsPlain = nodes.Any(attention => attention.NeedsMoreThanOperator)
            || (nodes.Length > 0 && signature.Caches.Any(pair => pair.Kind is not (CacheKind.Key or CacheKind.Value)));
        PlainAttention plain = new(builder);
        foreach (GroupedAttention attention in nodes)
        {
            Node node = attention.Node;
            if (!IsPlain && !attention.IsPacked && !attention.Rotates && node.Input(FirstQueryNorm) is null)
            {
                continue;
            }

            HasChanged = true;
            (Value query, Value key, Value value) = SeparateInputs.Of(builder, attention, tables, () => Positions(graph));
            if (IsPlain)
            {
                plain.Replace(attention, query, key, value);
                continue;
            }

            node.SetInput(0, query);
            node.SetInput(1, key);
            node.SetInput(2, value);
            node.TrimInputs(7);
            node.Attributes.Set("do_rotary", 0L);
            node.Attributes.Remove("rotary_interleaved");
            node.Attributes.Remove("qk_norm_epsilon");
        }
    }

    private void SplitPartialRotary(Graph graph, GraphBuilder builder, RotaryTables tables)
    {
        int headSize = signature.Caches.Where(pair => pair.Kind == CacheKind.Key).Select(pair => (int)pair.Past.Dimensions![3].Size).FirstOrDefault();
        foreach (Node node in graph.Nodes.Where(RotaryNodes.IsPartial).ToArray())
        {
            int heads = node.Attributes.Int32("num_heads", 0);
            RotaryTable table = tables.Of(node.Input(1)!, node.Input(2)!, node.Input(3)!);
            if (heads == 0 || table.Width is null || node.Input(0)?.Dimensions is { Count: not 3 })
            {
                throw DirectMLLimits.Refusal($"{node} turns a part of each head and does not say of how many heads; export the model again");
            }

            if (table.Width == headSize)
            {
                continue;
            }

            HasChanged = true;
            graph.ReplaceUses(node.Output(0)!, RotaryNodes.Apply(builder, node.Input(0)!, table, heads, headSize, node.Attributes.Flag("interleaved")));
            graph.RemoveNode(node);
        }
    }

    private Value Positions(Graph graph)
    {
        if (signature.PositionIds is null)
        {
            return graph.FindInput(positionsName) ?? graph.AddInput(positionsName, ElementType.Int64, signature.InputIds.Dimensions);
        }

        Value positions = graph.FindInput(signature.PositionIds.Name)!;
        return signature.PositionIds is { ElementType: ElementType.Int64, Dimensions.Count: 2 } ? positions
            : throw DirectMLLimits.Refusal($"its input {signature.PositionIds} is no table of one position a token; export the model as text only");
    }
}
