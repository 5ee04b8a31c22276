using Engine.Onnx.Graphs;
using Engine.Onnx.Optimization;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners.Rewriting;

/// <summary>
/// Replaces the past and present tensors of a decoder's graph by caches in blocks, so that the tokens of many sequences run as one batch
/// <c>[1, tokens]</c>. A graph in which it does not recognise everything it must is left as it is.
/// </summary>
/// <param name="signature">The graph's roles.</param>
/// <param name="cacheType">How keys and values are kept.</param>
/// <param name="enabled">Whether to rewrite at all; otherwise it only looks.</param>
internal sealed class PagedAttentionPass(ModelSignature signature, ElementType cacheType, bool enabled) : IGraphPass
{
    private const string Microsoft = "com.microsoft";

    /// <summary>The result; null when the graph was left as it is.</summary>
    public PagedGraph? Result { get; private set; }

    /// <summary>Why the graph was left as it is, as the end of a sentence.</summary>
    public string? Reason { get; private set; }

    /// <summary>Positions for which the graph has angles; null where it computes them.</summary>
    public int? RotaryPositions { get; private set; }

    public void Run(Graph graph)
    {
        RotaryPositions = Rotary.Positions(graph);
        if (!enabled)
        {
            Reason = "it was asked to";
            return;
        }

        if (FindAttention(graph) is not { } attention)
        {
            return;
        }

        RowWiseAnalysis analysis = new();
        analysis.Begin(graph.FindInput(signature.InputIds.Name)!, new TokenRows([1, 1], 1));
        if (signature.PositionIds is { } positions)
        {
            analysis.Begin(graph.FindInput(positions.Name)!, positions.Dimensions!.Count == 3 ? new TokenRows([3, 1, 1], 2) : new TokenRows([1, 1], 1));
        }

        Value logits = graph.FindOutput(signature.Logits.Name)!;
        if (!analysis.Follow(graph, logits, attention.Keys.ToHashSet()))
        {
            Reason = analysis.MixingNode is { } node ? $"{node} is not known to compute each token on its own" : "its logits do not have a row for each token";
            return;
        }

        Rewrite(graph, attention, logits, analysis);
    }

    // Every cache of the signature belongs to one attention node, and those nodes have nothing that blocks cannot give.
    private Dictionary<Node, (CachePair Key, CachePair Value)>? FindAttention(Graph graph)
    {
        Dictionary<Node, (CachePair, CachePair)> found = [];
        ILookup<int, CachePair> layers = signature.Caches.ToLookup(pair => pair.Layer);
        foreach (IGrouping<int, CachePair> layer in layers)
        {
            CachePair? key = layer.SingleOrDefault(pair => pair.Kind == CacheKind.Key);
            CachePair? value = layer.SingleOrDefault(pair => pair.Kind == CacheKind.Value);
            if (layer.Count() != 2 || key is null || value is null)
            {
                Reason = $"layer {layer.Key} carries more than keys and values";
                return null;
            }

            Value past = graph.FindInput(key.Past.Name)!;
            Node? node = past.Consumers.Count == 1 ? past.Consumers[0] : null;
            if (node is null || !node.Is("GroupQueryAttention", Microsoft) || !Matches(graph, node, key, value))
            {
                Reason = node is null ? $"'{past.Name}' is read by several nodes" : $"{node} uses its keys and values in a way that blocks cannot give";
                return null;
            }

            found.Add(node, (key, value));
        }

        Reason = found.Count == 0 ? "it carries no keys and values" : null;
        return found.Count == 0 ? null : found;
    }

    private static bool Matches(Graph graph, Node node, CachePair key, CachePair value)
    {
        bool plumbing = node.Input(3) == graph.FindInput(key.Past.Name) && node.Input(4) == graph.FindInput(value.Past.Name) && node.Input(4)!.Consumers.Count == 1
            && node.Output(1) == graph.FindOutput(key.Present.Name) && node.Output(2) == graph.FindOutput(value.Present.Name)
            && node.Outputs.Skip(1).All(output => output is null || output.Consumers.Count == 0);
        bool plain = new[] { 9, 10, 12, 13 }.All(input => node.Input(input) is null) && node.Output(3) is null && (node.Input(1) is null) == (node.Input(2) is null);
        bool type = key.Past.ElementType is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16;
        return plumbing && plain && type;
    }

    private void Rewrite(Graph graph, Dictionary<Node, (CachePair Key, CachePair Value)> attention, Value logits, RowWiseAnalysis analysis)
    {
        Value cumulative = graph.AddInput(PagedGraph.CumulativeLengths, ElementType.Int32, Varying("lengths"));
        Value past = graph.AddInput(PagedGraph.PastLengths, ElementType.Int32, Varying("sequences"));
        Value table = graph.AddInput(PagedGraph.BlockTable, ElementType.Int32, Varying("sequences"), Varying("blocks"));
        bool selects = SelectRows(graph, logits, analysis);
        List<PagedLayer> layers = [];
        foreach ((Node node, (CachePair key, CachePair value)) in attention.OrderBy(pair => pair.Value.Key.Layer))
        {
            PagedLayer layer = new(
                $"engine.key_cache.{key.Layer}", $"engine.value_cache.{key.Layer}", (int)key.Past.Dimensions![1].Size, (int)key.Past.Dimensions[3].Size, cacheType);
            Value[] shared = [graph.AddInput(layer.KeyCache, cacheType, null), graph.AddInput(layer.ValueCache, cacheType, null), cumulative, past, table];
            Replace(graph, node, shared);
            layers.Add(layer);
        }

        // Hidden states and whatever else the graph gives beside its logits, nobody asks for.
        foreach (Value output in graph.Outputs.Where(output => output != logits).ToArray())
        {
            graph.RemoveOutput(output);
        }

        new DeadNodeRemoval().Run(graph);
        foreach (CachePair pair in signature.Caches)
        {
            graph.RemoveInput(graph.FindInput(pair.Past.Name)!);
        }

        if (signature.AttentionMask is { } mask)
        {
            graph.RemoveInput(graph.FindInput(mask.Name)!);
        }

        Result = new PagedGraph(layers, selects);
    }

    private static void Replace(Graph graph, Node old, ReadOnlySpan<Value> shared)
    {
        Value?[] inputs = [old.Input(0), old.Input(1), old.Input(2), .. shared, old.Input(7), old.Input(8), old.Input(11), old.Input(14), old.Input(15)];
        // A cache as long as the window is a way to save memory that blocks do not need; the window itself stays.
        old.Attributes.Remove("sliding_window_cache");
        Node node = new("engine", "PagedAttention", old.Name) { Attributes = old.Attributes };
        Value result = old.Output(0)!;
        graph.RemoveNode(old);
        for (int i = 0; i < inputs.Length; i++)
        {
            node.SetInput(i, inputs[i]);
        }

        node.SetOutput(0, result);
        graph.AddNode(node);
    }

    // The rows whose logits are wanted are picked in front of the head: its matrix is the largest, and of a prompt only the last row counts.
    private static bool SelectRows(Graph graph, Value logits, RowWiseAnalysis analysis)
    {
        Value cut = logits;
        Node? reader = null;
        for (Value value = logits; value.Producer is { } node;)
        {
            Value[] inputs = [.. node.Inputs.OfType<Value>().Where(input => analysis[input] is not null).Distinct()];
            if (inputs.Length != 1)
            {
                break;
            }

            value = inputs[0];
            if (node.OperatorType is "MatMul" or "MatMulNBits" or "MatMulBnb4")
            {
                (cut, reader) = (value, node);
                break;
            }
        }

        if (reader is null || analysis[cut] is not { IsPlain: true, Rank: 3 })
        {
            return false;
        }

        Value rows = graph.AddInput(PagedGraph.LogitRows, ElementType.Int64, Varying("rows"));
        Node gather = new("", "Gather", "engine.logit_rows", graph.Opsets.GetValueOrDefault("", 13));
        gather.Attributes.Set("axis", 1L);
        gather.SetInput(0, cut);
        gather.SetInput(1, rows);
        Value picked = graph.NewValue("engine.logit_rows");
        gather.SetOutput(0, picked);
        graph.AddNode(gather);
        reader.SetInput(0, picked);
        return true;
    }

    private static Dimension Varying(string name) => new(-1, name);
}
