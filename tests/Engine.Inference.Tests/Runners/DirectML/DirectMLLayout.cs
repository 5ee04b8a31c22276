using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Tests.Runners.DirectML;

/// <summary>Says of a graph what DirectML's provider refuses or computes wrong, from its source and from what was seen; written apart from the code that mends it.</summary>
internal static class DirectMLLayout
{
    /// <summary>One line for each fault; none for a graph that DirectML computes right.</summary>
    public static IReadOnlyList<string> Faults(string modelFile)
    {
        using OnnxModel model = OnnxModel.Load(modelFile);
        Graph graph = model.Retain();
        List<string> faults = [.. graph.Nodes.SelectMany(Faults)];
        model.Release();
        return faults;
    }

    private static IEnumerable<string> Faults(Node node)
    {
        switch (node.OperatorType)
        {
            case "GroupQueryAttention":
                string[] ignored = [.. new[] { "do_rotary", "softcap", "smooth_softmax", "sliding_window_cache" }.Where(name => IsSet(node, name))];
                foreach (string name in ignored)
                {
                    yield return $"{node}: {name}";
                }

                if (node.Attributes.Int("local_window_size", -1) > 0)
                {
                    yield return $"{node}: local_window_size";
                }

                if (node.Input(1) is null || node.Input(2) is null || node.Inputs.Skip(7).Any(input => input is not null))
                {
                    yield return $"{node}: inputs";
                }

                break;
            case "SkipSimplifiedLayerNormalization" when node.Input(3) is not null:
            case "SkipLayerNormalization" when node.Input(4) is not null:
                yield return $"{node}: bias";
                break;
            case "RotaryEmbedding" when node.Domain.Length > 0 && node.Attributes.Int("rotary_embedding_dim", 0) > 0:
                yield return $"{node}: partial";
                break;
            case "MatMulNBits" when node.Attributes.Int("bits", 4) is 4 or 8:
                long blocks = (node.Attributes.Int("K") + node.Attributes.Int("block_size") - 1) / node.Attributes.Int("block_size");
                bool ragged = node.Attributes.Int("K") % node.Attributes.Int("block_size") != 0;
                bool points = node.Input(3) is { } value && (value.ElementType != ElementType.UInt8 || node.Attributes.Int("bits", 4) == 8 || blocks % 2 != 0);
                if (ragged || points || node.Inputs.Skip(4).Any(input => input is not null) || node.Attributes.Contains("weight_prepacked"))
                {
                    yield return $"{node}: layout";
                }

                break;
        }
    }

    private static bool IsSet(Node node, string name) => name == "softcap" ? node.Attributes.Float(name, 0) != 0 : node.Attributes.Flag(name);
}
