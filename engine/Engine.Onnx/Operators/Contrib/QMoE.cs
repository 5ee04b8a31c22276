using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels.Quantization;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>
/// A feed-forward layer of many experts with quantised weights, of which a router chooses a few for every token. Only chosen experts compute,
/// each all its tokens at once; a token adds up its experts in the order of their numbers, whatever the other tokens chose.
/// </summary>
internal sealed unsafe class QMoE : Operator
{
    private readonly ExpertActivation _activation;
    private readonly int _chosen;
    private readonly bool _normalizes;
    private readonly int _bits;
    private readonly int _blockSize;
    private BlockQuantizedMatrix[]? _first;
    private BlockQuantizedMatrix[]? _second;
    private BlockQuantizedMatrix[]? _third;

    public QMoE(Node node)
    {
        NodeAttributes attributes = node.Attributes;
        _activation = new ExpertActivation(attributes);
        _chosen = attributes.Int32("k", 1);
        _normalizes = attributes.Flag("normalize_routing_weights");
        _bits = attributes.Int32("expert_weight_bits", 4);
        _blockSize = attributes.Int32("block_size", 0);
        if (attributes.Flag("use_sparse_mixer") || attributes.Flag("weights_prepacked") || attributes.String("quant_type", "int") != "int")
        {
            throw new InvalidModelException("use_sparse_mixer, weights_prepacked and quant_type other than int are not supported.");
        }

        if (node.Input(15) is not null || node.Input(16) is not null)
        {
            throw new InvalidModelException("global scales are not supported.");
        }
    }

    /// <summary>Those of the experts that one token meets.</summary>
    public override long WeightBytes => _first is null ? 0
        : _first.Concat(_second ?? []).Concat(_third ?? []).Sum(matrix => matrix.ReadBytes) * Math.Min(_chosen, _first.Length) / _first.Length;

    public override void Prepack(PrepackContext context)
    {
        try
        {
            _first = Pack(context, 2, 3, 11);
            _second = Pack(context, 5, 6, 12);
            _third = context.HasInput(8) ? Pack(context, 8, 9, 13) : null;
        }
        catch (ArgumentException exception)
        {
            throw context.Error(exception.Message);
        }
    }

    public override void Run(OperatorContext context)
    {
        if (_first is null || _second is null)
        {
            throw context.Error("the experts' weights must be constant.");
        }

        Tensor x = context.Input(0);
        Tensor router = context.Input(1);
        int hidden = x.Shape[^1];
        int tokens = checked((int)(x.ElementCount / Math.Max(1, hidden)));
        int experts = _first.Length;
        if (hidden != _first[0].Columns || router.ElementCount != (long)tokens * experts || _second.Length != experts || _second[0].Rows != hidden)
        {
            throw context.Error($"{x} and router {router} do not fit {experts} experts of {_first[0].Columns} columns.");
        }

        float* source = context.ReadFloats(x);
        float* weights = context.ScratchPointer<float>((long)tokens * experts);
        ExpertRouting.Choose(context.ReadFloats(router), context.ReadOptionalFloats(14), tokens, experts, Math.Min(_chosen, experts), _normalizes, weights);
        FloatOutput y = context.AllocateFloats(0, x.ElementType, x.Shape);
        new Span<float>(y.Data, tokens * hidden).Clear();

        int width = _first[0].Rows;
        int inner = _second[0].Columns;
        int* rows = context.ScratchPointer<int>(tokens);
        float* gathered = context.ScratchPointer<float>((long)tokens * hidden);
        float* up = context.ScratchPointer<float>((long)tokens * width);
        float* gate = _third is null ? null : context.ScratchPointer<float>((long)tokens * width);
        float* activated = context.ScratchPointer<float>((long)tokens * inner);
        float* firstBias = context.ReadOptionalFloats(4);
        float* secondBias = context.ReadOptionalFloats(7);
        float* thirdBias = context.ReadOptionalFloats(10);
        for (int expert = 0; expert < experts; expert++)
        {
            int count = 0;
            for (int token = 0; token < tokens; token++)
            {
                if (weights[(long)token * experts + expert] != 0)
                {
                    new ReadOnlySpan<float>(source + (long)token * hidden, hidden).CopyTo(new Span<float>(gathered + (long)count * hidden, hidden));
                    rows[count++] = token;
                }
            }

            if (count == 0)
            {
                continue;
            }

            QuantizedMatMul.Run(context.Workers, _first[expert], gathered, count, firstBias is null ? null : firstBias + (long)expert * width, up);
            if (_third is not null)
            {
                QuantizedMatMul.Run(context.Workers, _third[expert], gathered, count, thirdBias is null ? null : thirdBias + (long)expert * width, gate);
            }

            if (!_activation.Run(up, gate, count, width, inner, activated))
            {
                throw context.Error($"an inner width of {width} before and {inner} after the activation.");
            }

            QuantizedMatMul.Run(context.Workers, _second[expert], activated, count, secondBias is null ? null : secondBias + (long)expert * hidden, gathered);
            for (int i = 0; i < count; i++)
            {
                float weight = weights[(long)rows[i] * experts + expert];
                float* target = y.Data + (long)rows[i] * hidden;
                for (int d = 0; d < hidden; d++)
                {
                    target[d] = MathF.FusedMultiplyAdd(weight, gathered[(long)i * hidden + d], target[d]);
                }
            }
        }

        y.Complete();
    }

    public override void Dispose()
    {
        foreach (BlockQuantizedMatrix matrix in (_first ?? []).Concat(_second ?? []).Concat(_third ?? []))
        {
            matrix.Dispose();
        }

        base.Dispose();
    }

    private BlockQuantizedMatrix[]? Pack(PrepackContext context, int fieldsInput, int scalesInput, int zeroPointsInput)
    {
        Tensor? fields = context.Constant(fieldsInput);
        Tensor? scales = context.Constant(scalesInput);
        Tensor? zeroPoints = context.Constant(zeroPointsInput);
        if (fields is null || scales is null || (zeroPoints is null && context.HasInput(zeroPointsInput)))
        {
            return null;
        }

        if (fields.Shape.Rank != 3 || fields.Shape[0] < 1)
        {
            throw new ArgumentException($"the experts' weights are {fields}; [experts, rows, bytes] is needed.");
        }

        int rows = fields.Shape[1];
        int columns = checked(fields.Shape[2] * 8 / _bits);
        int blockSize = _blockSize;
        using Tensor? repeated = blockSize > 0 ? null : RepeatScales(scales, columns, out blockSize);
        BlockQuantizedMatrix[] matrices = new BlockQuantizedMatrix[fields.Shape[0]];
        for (int expert = 0; expert < matrices.Length; expert++)
        {
            matrices[expert] = QuantizedWeights.Pack(fields, repeated ?? scales, zeroPoints, rows, columns, _bits, blockSize, context.Workers, context.Weights, expert);
        }

        if (!matrices[0].IsInPlace)
        {
            context.Release(fieldsInput);
        }

        context.Release(scalesInput);
        context.Release(zeroPointsInput);
        return matrices;
    }

    /// <summary>One scale for a whole row, repeated for every block of the largest size that divides the row.</summary>
    private static Tensor RepeatScales(Tensor scales, int columns, out int blockSize)
    {
        blockSize = Math.Min(256, columns & -columns);
        int blocks = columns / Math.Max(1, blockSize);
        float[] own = new float[checked((int)scales.ElementCount)];
        fixed (float* target = own)
        {
            if (blockSize < 16 || !FloatOperands.Widen(scales, target))
            {
                throw new ArgumentException($"rows of {columns} weights with a single scale of {scales} are not supported.");
            }
        }

        return Tensor.Create<float>(own.SelectMany(scale => Enumerable.Repeat(scale, blocks)).ToArray(), new Shape(checked(own.Length * blocks)));
    }
}
