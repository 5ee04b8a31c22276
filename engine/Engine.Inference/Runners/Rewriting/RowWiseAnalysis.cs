using Engine.Onnx.Execution;
using Engine.Onnx.Graphs;

namespace Engine.Inference.Runners.Rewriting;

/// <summary>
/// Follows a decoder's graph from its token ids to its logits, and finds whether everything but attention computes each token on its own. Only then may
/// the tokens of several sequences run as one batch, and only then does a row's arithmetic not depend on what else is in it.
/// </summary>
internal sealed class RowWiseAnalysis
{
    private readonly Dictionary<Value, TokenRows> _rows = [];

    /// <summary>What is known of a value; null where nothing is, or the value is the same for all tokens.</summary>
    public TokenRows? this[Value value] => _rows.GetValueOrDefault(value);

    /// <summary>The first node that may mix tokens; null when there is none.</summary>
    public Node? MixingNode { get; private set; }

    /// <summary>Says that a graph's input has rows.</summary>
    public void Begin(Value input, TokenRows rows) => _rows[input] = rows;

    /// <summary>Follows the graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="logits">Its output that is wanted.</param>
    /// <param name="attention">The nodes that may read other tokens of their own sequence.</param>
    /// <returns>Whether the logits have one row a token, <c>[1, tokens, vocabulary]</c>.</returns>
    public bool Follow(Graph graph, Value logits, IReadOnlySet<Node> attention)
    {
        HashSet<Node> alive = Alive(logits, attention);
        foreach (Node node in TopologicalOrder.Of(graph).Where(alive.Contains))
        {
            TokenRows?[]? results = attention.Contains(node) ? Attend(node)
                : node.Attributes.Graphs.Any() ? null
                : RowWiseRules.Apply(node, value => this[value]);
            if (results is null)
            {
                MixingNode = node;
                return false;
            }

            for (int i = 0; i < results.Length; i++)
            {
                if (node.Output(i) is { } output && results[i] is { } rows)
                {
                    _rows[output] = rows;
                }
            }
        }

        return this[logits] is { IsPlain: true, Rank: 3 };
    }

    /// <summary>The inputs of an attention node that stay: queries, keys, values, tables of angles, sinks. Its past and its lengths come another way.</summary>
    public static IEnumerable<Value> KeptInputs(Node attention) => new[] { 0, 1, 2, 7, 8, 11 }.Select(attention.Input).OfType<Value>();

    private static HashSet<Node> Alive(Value logits, IReadOnlySet<Node> attention)
    {
        HashSet<Node> alive = [];
        Stack<Value> open = new([logits]);
        while (open.TryPop(out Value? value))
        {
            if (value.Producer is not { } node || !alive.Add(node))
            {
                continue;
            }

            foreach (Value input in attention.Contains(node) ? KeptInputs(node) : TopologicalOrder.ReadBy(node))
            {
                open.Push(input);
            }
        }

        return alive;
    }

    private TokenRows?[]? Attend(Node node)
    {
        Value?[] states = [node.Input(0), node.Input(1), node.Input(2)];
        if (states[0] is null || states.Any(state => state is not null && this[state] is not { IsPlain: true, Rank: 3 })
            || new[] { 7, 8, 11 }.Select(node.Input).Any(input => input is { Constant: null }))
        {
            return null;
        }

        // Queries, keys and values side by side, or queries alone with as many columns as the result.
        long heads = node.Attributes.Int("num_heads");
        long all = states[1] is null ? heads + (2 * node.Attributes.Int("kv_num_heads")) : heads;
        TokenRows query = this[states[0]!]!;
        return query.Dimensions[2] % all == 0 ? [query.WithLast(query.Dimensions[2] / all * heads)] : null;
    }
}
