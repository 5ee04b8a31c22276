using System.Globalization;
using Engine.Inference.Models;
using Engine.Onnx;
using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Inference.Runners;

/// <summary>Finds the roles of a graph's inputs and outputs by the names that the folder gives, else by those that exporters write.</summary>
internal sealed class ModelSignatureBuilder(ModelDirectory directory, IReadOnlyList<ValueInfo> inputs, IReadOnlyList<ValueInfo> outputs)
{
    // Inputs whose names tell of a layout that takes more than tokens, and what to say about it.
    private static readonly Dictionary<string, string> KnownButUnsupported = new()
    {
        ["block_table"] = "a paged export for CUDA, which only CUDA runs; export the model without paged attention",
        ["encoder_hidden_states"] = "the decoder of an encoder-decoder model; only decoder-only models are supported",
        ["pixel_values"] = "a graph that takes images; use a text-only export",
    };

    private readonly DecoderConfig _config = directory.Config.Decoder;
    private readonly HashSet<string> _used = [];

    /// <summary>Builds the signature.</summary>
    public ModelSignature Build()
    {
        DecoderNames names = _config.Names;
        ValueInfo? ids = Input(names.InputIds);
        if (ids is null)
        {
            throw Input(names.InputsEmbeds) is not null
                ? Refusal($"takes hidden states ('{names.InputsEmbeds}') instead of token ids; export the model with its embedding")
                : Refusal($"has no input '{names.InputIds}'; its inputs are {Names(inputs)}: name the one that takes token ids in genai_config.json (model.decoder.inputs.input_ids)");
        }

        Expect(ids, [ElementType.Int64, ElementType.Int32], 2);
        ModelSignature signature = new()
        {
            InputIds = ids,
            AttentionMask = Expect(Input(names.AttentionMask), [ElementType.Int64, ElementType.Int32], 2),
            PositionIds = Expect(Input(names.PositionIds), [ElementType.Int64, ElementType.Int32], 2, 3),
            LogitCount = Expect(Input("num_logits_to_keep"), [ElementType.Int64, ElementType.Int32], 0, 1),
            UseCache = Expect(Input("use_cache_branch"), [ElementType.Bool], 0, 1),
            Logits = Logits(names.Logits),
            Caches = [.. Caches(names)],
            ContextLength = directory.Config.ContextLength,
            VocabularySize = 0,
        };
        foreach (ValueInfo input in inputs)
        {
            if (!_used.Contains(input.Name))
            {
                throw Refusal(KnownButUnsupported.TryGetValue(input.Name, out string? what)
                    ? $"has the input '{input.Name}': {what}"
                    : $"has the input {input}, whose role is not known; name it in genai_config.json (model.decoder.inputs) or use another export");
            }
        }

        Dimension columns = signature.Logits.Dimensions![^1];
        Agree("vocab_size", directory.Config.VocabularySize, columns, $"the columns of '{names.Logits}'");
        CheckLayers(signature.Caches);
        int vocabulary = columns.IsFixed ? checked((int)columns.Size) : directory.Config.VocabularySize;
        return signature with
        {
            VocabularySize = vocabulary > 0 ? vocabulary
                : throw Refusal($"does not say how many columns '{names.Logits}' has, and genai_config.json has no model.vocab_size; add it"),
            HasLastLogitsOnly = signature.Logits.Dimensions is { Count: 3 } dimensions && dimensions[1].Size == 1,
        };
    }

    private ValueInfo Logits(string name)
    {
        ValueInfo logits = Output(name) ?? throw Refusal(
            $"has no output '{name}'; its outputs are {Names(outputs)}: name the logits in genai_config.json (model.decoder.outputs.logits) or export the model with its head");
        return Expect(logits, [ElementType.Float32, ElementType.Float16, ElementType.BFloat16], 3)!;
    }

    private IEnumerable<CachePair> Caches(DecoderNames names)
    {
        (string Past, string Present, CacheKind Kind, int Rank)[] patterns =
        [
            (names.PastKey, names.PresentKey, CacheKind.Key, 4),
            (names.PastValue, names.PresentValue, CacheKind.Value, 4),
            (names.Past, names.Present, CacheKind.KeyAndValue, 5),
            (names.PastConvolution, names.PresentConvolution, CacheKind.Fixed, 0),
            ("past_key_values.%d.conv_state", "present.%d.conv_state", CacheKind.Fixed, 0),
            (names.PastRecurrent, names.PresentRecurrent, CacheKind.Fixed, 0),
        ];
        int layers = Math.Max(_config.LayerCount, inputs.Count);
        for (int layer = 0; layer < layers; layer++)
        {
            foreach ((string pastPattern, string presentPattern, CacheKind kind, int rank) in patterns)
            {
                if (Input(Numbered(pastPattern, layer)) is not { } past)
                {
                    continue;
                }

                string presentName = Numbered(presentPattern, layer);
                ValueInfo present = Output(presentName) ?? throw Refusal($"has the input '{past.Name}' but no output '{presentName}' to go with it; export it again");
                if (past.Dimensions is null || (rank > 0 && past.Dimensions.Count != rank) || past.ElementType.BitCount() == 0)
                {
                    throw Refusal($"declares {past}, which cannot hold {(kind == CacheKind.Fixed ? "a state" : "keys and values")}; export it again");
                }

                CachePair pair = new(past, present, layer, kind);
                yield return pair with { Past = past with { Dimensions = Sizes(pair) } };
            }
        }
    }

    // Besides the tokens and the batch, every size must be known before the first call; exporters leave some to the configuration.
    private Dimension[] Sizes(CachePair pair)
    {
        Dimension[] sizes = [.. pair.Past.Dimensions!];
        if (pair.Kind is CacheKind.Key or CacheKind.Value)
        {
            Agree("num_key_value_heads", _config.KeyValueHeadCount, sizes[1], $"the heads of '{pair.Past.Name}'");
            bool isFloat = pair.Past.ElementType.IsFloatingPoint();
            if (isFloat)
            {
                Agree("head_size", _config.HeadSize, sizes[3], $"the width of '{pair.Past.Name}'");
            }

            // Unsigned bytes hold two quantised values each.
            Complete(ref sizes[1], _config.KeyValueHeadCount);
            Complete(ref sizes[3], pair.Past.ElementType == ElementType.UInt8 ? _config.HeadSize / 2 : _config.HeadSize);
        }

        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (axis != pair.BatchAxis && axis != pair.SequenceAxis && sizes[axis].Size <= 0)
            {
                throw Refusal($"declares {pair.Past}, where dimension {axis} should be a number, and genai_config.json does not give it either; export it again");
            }
        }

        return sizes;
    }

    private static void Complete(ref Dimension dimension, int size) => dimension = dimension.IsFixed ? dimension : new Dimension(size, dimension.Name);

    private void CheckLayers(IReadOnlyList<CachePair> caches)
    {
        int found = caches.Count == 0 ? 0 : caches[^1].Layer + 1;
        bool each = caches.All(pair => pair.Kind != CacheKind.Fixed);
        if (_config.LayerCount > 0 && found > 0 && (found > _config.LayerCount || (each && found < _config.LayerCount)))
        {
            throw Contradiction("num_hidden_layers", _config.LayerCount, found, "the layers with keys and values");
        }
    }

    private void Agree(string key, int config, Dimension graph, string what)
    {
        if (config > 0 && graph.IsFixed && graph.Size != config)
        {
            throw Contradiction(key, config, graph.Size, what);
        }
    }

    private InvalidModelException Contradiction(string key, int config, long graph, string what) => Refusal(
        $"and genai_config.json contradict each other: {key} is {config}, but the graph has {graph} for {what}; use the configuration that was exported with the graph");

    private ValueInfo? Input(string name)
    {
        ValueInfo? input = inputs.FirstOrDefault(value => value.Name == name);
        if (input is not null)
        {
            _used.Add(name);
        }

        return input;
    }

    private ValueInfo? Output(string name) => outputs.FirstOrDefault(value => value.Name == name);

    private ValueInfo? Expect(ValueInfo? value, ReadOnlySpan<ElementType> types, params ReadOnlySpan<int> ranks)
    {
        if (value is null || (types.Contains(value.ElementType) && value.Dimensions is not null && ranks.Contains(value.Dimensions.Count)))
        {
            return value;
        }

        throw Refusal($"declares {value}, which is not of the type or rank that its role asks for; export it again");
    }

    private InvalidModelException Refusal(string what) => new($"{directory.ModelFile} {what}.");

    private static string Numbered(string pattern, int layer) => pattern.Replace("%d", layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string Names(IReadOnlyList<ValueInfo> values) =>
        string.Join(", ", values.Take(12).Select(value => $"'{value.Name}'")) + (values.Count > 12 ? ", …" : "");
}
