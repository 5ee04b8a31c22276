using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Attention;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>The attributes that GroupQueryAttention and PagedAttention share, and the reading of their common inputs.</summary>
internal sealed unsafe class AttentionAttributes
{
    private readonly float _scale;
    private readonly float _softCap;
    private readonly int _window;
    private readonly bool _smoothSoftmax;
    private readonly bool _interleaved;

    public AttentionAttributes(Node node)
    {
        NodeAttributes attributes = node.Attributes;
        Heads = attributes.Int32("num_heads");
        KeyValueHeads = attributes.Int32("kv_num_heads");
        if (Heads < 1 || KeyValueHeads < 1 || Heads % KeyValueHeads != 0)
        {
            throw new InvalidModelException($"{Heads} heads and {KeyValueHeads} heads of keys and values: the first must be a multiple of the second.");
        }

        _scale = attributes.Float("scale", 0);
        _softCap = attributes.Float("softcap", 0);
        _window = attributes.Int32("local_window_size", -1);
        _smoothSoftmax = attributes.Flag("smooth_softmax");
        _interleaved = attributes.Flag("rotary_interleaved");
        Rotates = attributes.Flag("do_rotary");
        QueryKeyNormEpsilon = attributes.Float("qk_norm_epsilon", 1e-6f);
        Refuse(attributes.Int("causal", 1) != 1, "causal = 0");
        Refuse(attributes.Int("sliding_window_cache", 0) != 0, "sliding_window_cache = 1 (a cache as long as the window)");
        Refuse(attributes.Int("qk_output", 0) != 0, "qk_output");
        Refuse(attributes.Int("kv_cache_bit_width", 0) != 0, "kv_cache_bit_width (a quantised cache)");
        Refuse(attributes.String("k_quant_type", "NONE") != "NONE" || attributes.String("v_quant_type", "NONE") != "NONE", "k_quant_type and v_quant_type (a quantised cache)");
    }

    public int Heads { get; }

    public int KeyValueHeads { get; }

    public bool Rotates { get; }

    public float QueryKeyNormEpsilon { get; }

    /// <summary>The size of a head, from the innermost dimension of the query: of the heads alone, or of queries, keys and values side by side.</summary>
    public int HeadSize(OperatorContext context, Tensor query, bool packed)
    {
        int heads = packed ? Heads + 2 * KeyValueHeads : Heads;
        int width = query.Shape[^1];
        return width > 0 && width % heads == 0 ? width / heads : throw context.Error($"input 0 is {query}; its innermost dimension must be a multiple of {heads} heads.");
    }

    public AttentionParameters Parameters(OperatorContext context, int headSize, Tensor? sinks)
    {
        if (sinks is not null && sinks.ElementCount != Heads)
        {
            throw context.Error($"the head sinks are {sinks}; there must be {Heads}.");
        }

        return new AttentionParameters
        {
            Heads = Heads,
            KeyValueHeads = KeyValueHeads,
            HeadSize = headSize,
            Scale = _scale == 0 ? 1 / MathF.Sqrt(headSize) : _scale,
            SoftCap = _softCap,
            Window = _window,
            SmoothSoftmax = _smoothSoftmax,
            Sinks = sinks is null ? null : context.ReadFloats(sinks),
        };
    }

    /// <summary>The table of angles; empty when the operator does not rotate.</summary>
    public RotaryTable RotaryTable(OperatorContext context, int headSize, int cosinesInput)
    {
        if (!Rotates)
        {
            return default;
        }

        Tensor cosines = context.Input(cosinesInput);
        Tensor sines = context.Input(cosinesInput + 1);
        if (cosines.Shape.Rank != 2 || cosines.Shape != sines.Shape || cosines.Shape[1] * 2 > headSize || cosines.Shape[1] == 0)
        {
            throw context.Error($"the tables of angles are {cosines} and {sines}; both must be [positions, at most {headSize / 2}].");
        }

        return new RotaryTable
        {
            Cosines = context.ReadFloats(cosines),
            Sines = context.ReadFloats(sines),
            Positions = cosines.Shape[0],
            RotaryDimension = cosines.Shape[1] * 2,
            Interleaved = _interleaved,
        };
    }

    /// <summary>The weights of the norm of a head's vector; null when the operator has none.</summary>
    public static float* NormWeights(OperatorContext context, int input, int headSize)
    {
        Tensor? weights = context.OptionalInput(input);
        return weights is null ? null
            : weights.ElementCount == headSize ? context.ReadFloats(weights)
            : throw context.Error($"input {input} is {weights}; a norm of heads needs {headSize} elements.");
    }

    private static void Refuse(bool condition, string what)
    {
        if (condition)
        {
            throw new InvalidModelException($"{what} is not supported.");
        }
    }
}
