using Engine.Onnx;
using Engine.Onnx.Graphs;

namespace Engine.Inference.Runners.DirectML;

/// <summary>What a GroupQueryAttention node asks for.</summary>
/// <param name="Node">The node.</param>
/// <param name="HeadSize">Width of a head.</param>
internal sealed record GroupedAttention(Node Node, int HeadSize)
{
    public int Heads { get; } = Node.Attributes.Int32("num_heads");

    public int KeyValueHeads { get; } = Node.Attributes.Int32("kv_num_heads");

    public bool IsPacked => Node.Input(1) is null;

    public bool Rotates => Node.Attributes.Flag("do_rotary");

    public bool IsInterleaved => Node.Attributes.Flag("rotary_interleaved");

    public float SoftCap => Node.Attributes.Float("softcap", 0);

    /// <summary>Tokens that a token sees, itself included; 0 for all.</summary>
    public int Window => Math.Max(0, Node.Attributes.Int32("local_window_size", -1));

    public bool HasSink => Node.Input(11) is not null || Node.Attributes.Flag("smooth_softmax");

    public float Scale => Node.Attributes.Float("scale", 0) is var scale and not 0 ? scale : 1 / MathF.Sqrt(HeadSize);

    public Value PastKey => Node.Input(3)!;

    public Value PastValue => Node.Input(4)!;

    /// <summary>Whether it asks for what DirectML's own operator passes over without a word.</summary>
    public bool NeedsMoreThanOperator =>
        SoftCap > 0 || Window > 0 || HasSink || Node.Input(10) is not null || Node.Attributes.Flag("sliding_window_cache");

    /// <summary>The description of a node, checked.</summary>
    /// <param name="graph">Its graph.</param>
    /// <param name="node">The node.</param>
    /// <param name="caches">What the graph carries from call to call.</param>
    /// <exception cref="InvalidModelException">It cannot be rewritten; the message names it.</exception>
    public static GroupedAttention Of(Graph graph, Node node, IReadOnlyList<CachePair> caches)
    {
        CachePair? cache = caches.FirstOrDefault(pair => pair.Past.Name == node.Input(3)?.Name);
        bool carries = cache is not null && node.Input(4) is { } value && graph.IsInput(value) && node.Output(1) is { } key && graph.IsOutput(key)
            && node.Output(2) is { } present && graph.IsOutput(present) && node.Outputs.Skip(1).All(output => output is null || output.Consumers.Count == 0);
        if (!carries || node.Output(3) is not null)
        {
            throw DirectMLLimits.Refusal($"{node} does not take its past from the graph's inputs and give its present to the outputs; export the model with the GenAI model builder");
        }

        if (!cache!.Past.ElementType.IsHalfOrSingle() || node.Input(12) is not null || node.Input(13) is not null)
        {
            throw DirectMLLimits.Refusal($"{node} keeps quantised keys and values; export the model without kv_cache_quant_scheme");
        }

        GroupedAttention attention = new(node, (int)cache.Past.Dimensions![3].Size);
        bool hasTables = !attention.Rotates || (node.Input(7) is not null && node.Input(8) is not null);
        bool isValid = attention.Heads > 0 && attention.KeyValueHeads > 0 && attention.Heads % attention.KeyValueHeads == 0
            && attention.KeyValueHeads == cache.Past.Dimensions[1].Size && hasTables && attention.IsPacked == node.Input(2) is null && node.Input(0) is not null;
        return isValid ? attention : throw DirectMLLimits.Refusal($"{node} has heads or inputs that contradict each other; export the model again");
    }
}
