using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Attention;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>
/// Attention with fewer heads of keys and values than of queries, over past keys and values that the graph passes on as present ones. Rows are
/// padded on the right; a row's own length is its entry of seqlens_k plus one.
/// </summary>
internal sealed unsafe class GroupQueryAttention : Operator
{
    private readonly AttentionAttributes _attributes;

    public GroupQueryAttention(Node node)
    {
        _attributes = new AttentionAttributes(node);
        if (node.Input(12) is not null || node.Input(13) is not null)
        {
            throw new InvalidModelException("k_scale and v_scale (a quantised cache) are not supported.");
        }

        if (node.Output(3) is not null)
        {
            throw new InvalidModelException("the output output_qk is not supported.");
        }
    }

    public override void Run(OperatorContext context)
    {
        Tensor query = context.Input(0);
        if (query.Shape.Rank != 3)
        {
            throw context.Error($"input 0 is {query}; it must be [batch, tokens, width].");
        }

        bool packed = context.OptionalInput(1) is null;
        int batch = query.Shape[0];
        int tokens = query.Shape[1];
        int headSize = _attributes.HeadSize(context, query, packed);
        int heads = _attributes.Heads;
        int keyValueHeads = _attributes.KeyValueHeads;
        float* queries = context.ReadFloats(query);
        float* keys = packed ? queries + heads * headSize : context.ReadFloats(KeyValue(context, 1, batch, tokens, headSize));
        float* values = packed ? keys + keyValueHeads * headSize : context.ReadFloats(KeyValue(context, 2, batch, tokens, headSize));
        nint queryStride = query.Shape[2];
        nint keyStride = packed ? queryStride : keyValueHeads * headSize;

        int* pastLengths = context.ScratchPointer<int>(batch);
        int* newLengths = context.ScratchPointer<int>(batch);
        Tensor? pastKey = Past(context, 3, batch, headSize);
        Tensor? pastValue = Past(context, 4, batch, headSize);
        int pastCapacity = pastKey?.Shape[2] ?? 0;
        if ((pastKey is null) != (pastValue is null) || (pastValue?.Shape[2] ?? 0) != pastCapacity)
        {
            throw context.Error("past keys and past values must both be there and be alike.");
        }

        int longest = Lengths(context, batch, tokens, pastCapacity, pastLengths, newLengths);
        int total = Total(context.Input(6));
        if (total < longest)
        {
            throw context.Error($"the total sequence length is {total}; a row has {longest} tokens.");
        }

        int capacity = Math.Max(pastCapacity, total);
        ElementType cacheType = pastKey?.ElementType ?? query.ElementType;
        Shape present = new(batch, keyValueHeads, capacity, headSize);
        bool asHalf = cacheType == ElementType.Float16;
        if (!asHalf && cacheType != ElementType.Float32 && cacheType != ElementType.BFloat16)
        {
            throw context.UnsupportedType(cacheType);
        }

        Cache keyCache = new(context, 1, pastKey, cacheType, present);
        Cache valueCache = new(context, 2, pastValue, cacheType, present);
        RotaryTable rotary = _attributes.RotaryTable(context, headSize, 7);
        Tensor? positions = context.OptionalInput(9);
        float* queryNorm = AttentionAttributes.NormWeights(context, 14, headSize);
        float* keyNorm = AttentionAttributes.NormWeights(context, 15, headSize);
        float* turned = context.ScratchPointer<float>((long)batch * tokens * heads * headSize);
        float* turnedKey = context.ScratchPointer<float>(headSize);
        for (int b = 0; b < batch; b++)
        {
            keyCache.CopyPast(b, pastLengths[b], newLengths[b]);
            valueCache.CopyPast(b, pastLengths[b], newLengths[b]);
            for (int t = 0; t < newLengths[b]; t++)
            {
                long token = (long)b * tokens + t;
                int slot = pastLengths[b] + t;
                int position = Position(context, positions, token, slot, rotary);
                for (int head = 0; head < heads; head++)
                {
                    Prepare(queries + token * queryStride + (long)head * headSize, queryNorm, rotary, position, headSize, turned + (token * heads + head) * headSize);
                }

                for (int head = 0; head < keyValueHeads; head++)
                {
                    Prepare(keys + token * keyStride + (long)head * headSize, keyNorm, rotary, position, headSize, turnedKey);
                    keyCache.Store(b, head, slot, turnedKey);
                    valueCache.Store(b, head, slot, values + token * keyStride + (long)head * headSize);
                }
            }
        }

        Tensor? bias = context.OptionalInput(10);
        FloatOutput output = context.AllocateFloats(0, query.ElementType, query.Shape.With(2, heads * headSize));
        ContiguousAttentionCall call = new()
        {
            Parameters = _attributes.Parameters(context, headSize, context.OptionalInput(11)),
            BatchSize = batch,
            SequenceLength = tokens,
            Capacity = capacity,
            PastLengths = pastLengths,
            NewLengths = newLengths,
            Keys = keyCache.Data,
            Values = valueCache.Data,
            Queries = turned,
            Bias = bias is null ? null : context.ReadFloats(CheckBias(context, bias, batch, tokens, total)),
            BiasLength = bias?.Shape[3] ?? 0,
            BiasBatchStride = bias is null || bias.Shape[0] == 1 ? 0 : bias.Shape.CountBetween(1, 4),
            BiasHeadStride = bias is null || bias.Shape[1] == 1 ? 0 : bias.Shape.CountBetween(2, 4),
            Output = output.Data,
        };
        if (keyCache.IsHalf)
        {
            ContiguousAttention.Run<HalfElement>(context.Workers, call);
        }
        else
        {
            ContiguousAttention.Run<SingleElement>(context.Workers, call);
        }

        keyCache.Complete();
        valueCache.Complete();
        output.Complete();
    }

    private void Prepare(float* source, float* norm, in RotaryTable rotary, int position, int headSize, float* target)
    {
        if (norm is not null)
        {
            RmsNorm.Run(source, norm, _attributes.QueryKeyNormEpsilon, headSize, target);
            source = target;
        }

        if (!rotary.IsEmpty)
        {
            rotary.Apply(source, position, headSize, target);
            return;
        }

        if (source != target)
        {
            new ReadOnlySpan<float>(source, headSize).CopyTo(new Span<float>(target, headSize));
        }
    }

    private static int Position(OperatorContext context, Tensor? positions, long token, int slot, in RotaryTable rotary)
    {
        long position = positions is null ? slot
            : token >= positions.ElementCount ? -1
            : positions.ElementType == ElementType.Int64 ? ((long*)positions.Data)[token]
            : throw context.UnsupportedType(positions.ElementType);
        return rotary.IsEmpty || (position >= 0 && position < rotary.Positions)
            ? (int)position
            : throw context.Error($"position {position}; the model has angles for {rotary.Positions} positions.");
    }

    private static int Lengths(OperatorContext context, int batch, int tokens, int pastCapacity, int* past, int* added)
    {
        Tensor lengths = context.Input(5, ElementType.Int32);
        if (lengths.ElementCount != batch)
        {
            throw context.Error($"seqlens_k is {lengths}; a batch of {batch} needs as many.");
        }

        int longest = 0;
        for (int b = 0; b < batch; b++)
        {
            int length = ((int*)lengths.Data)[b] + 1;
            if (length < 1 || (long)length > (long)pastCapacity + tokens)
            {
                throw context.Error($"a row of {length} tokens, with {pastCapacity} before this call and {tokens} in it.");
            }

            past[b] = Math.Max(0, length - tokens);
            added[b] = length - past[b];
            longest = Math.Max(longest, length);
        }

        return longest;
    }

    private static int Total(Tensor tensor) => tensor.ElementType == ElementType.Int64 ? checked((int)*(long*)tensor.Data) : *(int*)tensor.Data;

    private Tensor KeyValue(OperatorContext context, int input, int batch, int tokens, int headSize)
    {
        Tensor tensor = context.Input(input);
        return tensor.ElementCount == (long)batch * tokens * _attributes.KeyValueHeads * headSize
            ? tensor
            : throw context.Error($"input {input} is {tensor}; {batch} x {tokens} tokens of {_attributes.KeyValueHeads} heads of {headSize} are needed.");
    }

    private Tensor? Past(OperatorContext context, int input, int batch, int headSize)
    {
        Tensor? past = context.OptionalInput(input);
        return past is null || (past.Shape.Rank == 4 && past.Shape[0] == batch && past.Shape[1] == _attributes.KeyValueHeads && past.Shape[3] == headSize)
            ? past
            : throw context.Error($"input {input} is {past}; it must be [{batch}, {_attributes.KeyValueHeads}, tokens, {headSize}].");
    }

    private Tensor CheckBias(OperatorContext context, Tensor bias, int batch, int tokens, int total) =>
        bias.Shape.Rank == 4 && (bias.Shape[0] == 1 || bias.Shape[0] == batch) && (bias.Shape[1] == 1 || bias.Shape[1] == _attributes.Heads)
            && bias.Shape[2] == tokens && bias.Shape[3] >= total
            ? bias
            : throw context.Error($"attention_bias is {bias}; it must be [batch, heads, {tokens}, {total}].");

    /// <summary>Keys or values: the past ones, the new ones behind them. Kept as the graph keeps them, bf16 as fp32 meanwhile.</summary>
    private readonly ref struct Cache
    {
        private readonly Tensor? _past;
        private readonly Tensor? _present;
        private readonly Shape _shape;
        private readonly ElementType _type;

        public Cache(OperatorContext context, int output, Tensor? past, ElementType type, in Shape shape)
        {
            _past = past;
            _shape = shape;
            _type = type;
            _present = context.HasOutput(output) ? context.AllocateOutput(output, type, shape) : null;
            Data = _present is not null && type != ElementType.BFloat16
                ? _present.Data
                : context.ScratchPointer<byte>(shape.ElementCount * (IsHalf ? sizeof(Half) : sizeof(float)));
        }

        public byte* Data { get; }

        public bool IsHalf => _type == ElementType.Float16;

        private int ElementSize => IsHalf ? sizeof(Half) : sizeof(float);

        /// <summary>Brings one batch row's past to its place, and clears what no token fills.</summary>
        public void CopyPast(int batch, int pastLength, int newLength)
        {
            int headSize = _shape[3];
            for (int head = 0; head < _shape[1]; head++)
            {
                byte* target = Slot(batch, head, 0);
                if (_past is not null && _past.Data != Data)
                {
                    long first = ((long)batch * _shape[1] + head) * _past.Shape[2] * headSize;
                    long count = (long)pastLength * headSize;
                    if (_type == ElementType.BFloat16)
                    {
                        FloatConversion.WidenBFloat16((ushort*)_past.Data + first, count, (float*)target);
                    }
                    else
                    {
                        Buffer.MemoryCopy(_past.Data + first * ElementSize, target, count * ElementSize, count * ElementSize);
                    }
                }

                if (_past is null || _past.Data != Data)
                {
                    long unused = (long)(_shape[2] - pastLength - newLength) * headSize * ElementSize;
                    new Span<byte>(Slot(batch, head, pastLength + newLength), checked((int)unused)).Clear();
                }
            }
        }

        public void Store(int batch, int head, int slot, float* vector)
        {
            byte* target = Slot(batch, head, slot);
            for (int d = 0; d < _shape[3]; d++)
            {
                if (IsHalf)
                {
                    HalfElement.StoreOne(target + d * sizeof(Half), vector[d]);
                }
                else
                {
                    // What a later call reads back is rounded, so this call must see it rounded too.
                    ((float*)target)[d] = _type == ElementType.BFloat16 ? (float)(BFloat16)vector[d] : vector[d];
                }
            }
        }

        public void Complete()
        {
            if (_type == ElementType.BFloat16 && _present is not null)
            {
                FloatConversion.NarrowBFloat16((float*)Data, _shape.ElementCount, (ushort*)_present.Data);
            }
        }

        private byte* Slot(int batch, int head, int slot) => Data + (((long)batch * _shape[1] + head) * _shape[2] + slot) * _shape[3] * ElementSize;
    }
}
