using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Attention;
using Engine.Onnx.Tensors;
using Kernel = Engine.Onnx.Kernels.Attention.PagedAttention;

namespace Engine.Onnx.Operators.Contrib;

/// <summary>
/// Attention of several sequences over a cache in blocks, in our own domain: what a runner puts in the place of GroupQueryAttention. The tokens
/// of all sequences lie one after the other; keys and values go into the cache tensors, which are inputs that the operator writes to.
/// </summary>
/// <remarks>
/// Inputs: 0 query [1, T, heads * head size], or with keys and values beside it; 1 key, 2 value; 3 key cache [blocks, kv heads, block size / 16,
/// head size, 16]; 4 value cache [blocks, kv heads, block size, head size]; 5 cumulative lengths [S + 1]; 6 past lengths [S]; 7 block table
/// [S, most blocks]; 8, 9 cosines and sines; 10 head sinks; 11, 12 weights of the norm of queries and of keys. Output: [1, T, heads * head size].
/// Caches are fp32, fp16 or int8; of int8 the head size in their shapes is larger by 4, the bytes of a scale for every token and head.
/// </remarks>
internal sealed unsafe class PagedAttention : Operator
{
    private readonly AttentionAttributes _attributes;

    public PagedAttention(Node node)
    {
        _attributes = new AttentionAttributes(node);
        if (node.Input(11) is null != node.Input(12) is null)
        {
            throw new InvalidModelException("queries and keys are normed together or not at all: inputs 11 and 12 belong together.");
        }
    }

    public override void Run(OperatorContext context)
    {
        Tensor query = context.Input(0);
        Tensor? key = context.OptionalInput(1);
        Tensor keyCache = context.Input(3);
        Tensor valueCache = context.Input(4);
        bool packed = key is null;
        int headSize = _attributes.HeadSize(context, query, packed);
        int heads = _attributes.Heads;
        int keyValueHeads = _attributes.KeyValueHeads;
        int tokens = checked((int)(query.ElementCount / query.Shape[^1]));
        int cached = keyCache.ElementType == ElementType.Int8 ? headSize + sizeof(float) : headSize;
        Shape keys = keyCache.Shape;
        Shape values = valueCache.Shape;
        if (keys.Rank != 5 || values.Rank != 4 || keys[0] != values[0] || keys[1] != keyValueHeads || values[1] != keyValueHeads || keys[3] != cached
            || values[3] != cached || keys[4] != AttentionTiles.TokenLanes || keys[2] * AttentionTiles.TokenLanes != values[2]
            || keyCache.ElementType != valueCache.ElementType || keyCache.IsReadOnly || valueCache.IsReadOnly)
        {
            throw context.Error($"the caches are {keyCache} and {valueCache}; they do not fit {keyValueHeads} heads of {headSize}.");
        }

        float* queries = context.ReadFloats(query);
        int width = query.Shape[^1];
        float* keyRows = packed ? queries + heads * headSize : context.ReadFloats(KeyValue(context, 1, tokens, headSize));
        float* valueRows = packed ? keyRows + keyValueHeads * headSize : context.ReadFloats(KeyValue(context, 2, tokens, headSize));

        Tensor cumulative = context.Input(5, ElementType.Int32);
        Tensor past = context.Input(6, ElementType.Int32);
        Tensor table = context.Input(7, ElementType.Int32);
        int sequences = checked((int)past.ElementCount);
        if (cumulative.ElementCount != sequences + 1 || table.Shape.Rank != 2 || table.Shape[0] != sequences)
        {
            throw context.Error($"lengths {cumulative} and {past} and block table {table} are not of the same sequences.");
        }

        FloatOutput output = context.AllocateFloats(0, query.ElementType, query.Shape.With(query.Shape.Rank - 1, heads * headSize));
        PagedAttentionCall call = new()
        {
            Parameters = _attributes.Parameters(context, headSize, context.OptionalInput(10)),
            Rotary = _attributes.RotaryTable(context, headSize, 8),
            QueryNorm = AttentionAttributes.NormWeights(context, 11, headSize),
            KeyNorm = AttentionAttributes.NormWeights(context, 12, headSize),
            NormEpsilon = _attributes.QueryKeyNormEpsilon,
            TokenCount = tokens,
            SequenceCount = sequences,
            CumulativeLengths = (int*)cumulative.Data,
            PastLengths = (int*)past.Data,
            BlockTable = (int*)table.Data,
            MaximumBlocks = table.Shape[1],
            BlockSize = values[2],
            KeyCache = keyCache.Data,
            ValueCache = valueCache.Data,
            Queries = queries,
            QueryStride = width,
            Keys = keyRows,
            Values = valueRows,
            KeyValueStride = packed ? width : keyValueHeads * headSize,
            Output = output.Data,
        };
        Check(context, call, keys[0]);
        switch (keyCache.ElementType)
        {
            case ElementType.Float32:
                Kernel.Run<FloatKeyValues<SingleElement>>(context.Workers, call);
                break;
            case ElementType.Float16:
                Kernel.Run<FloatKeyValues<HalfElement>>(context.Workers, call);
                break;
            case ElementType.Int8:
                Kernel.Run<Int8KeyValues>(context.Workers, call);
                break;
            default:
                throw context.UnsupportedType(keyCache.ElementType);
        }

        output.Complete();
    }

    private Tensor KeyValue(OperatorContext context, int input, int tokens, int headSize)
    {
        Tensor tensor = context.Input(input);
        return tensor.ElementCount == (long)tokens * _attributes.KeyValueHeads * headSize
            ? tensor
            : throw context.Error($"input {input} is {tensor}; {tokens} tokens of {_attributes.KeyValueHeads} heads of {headSize} are needed.");
    }

    /// <summary>Everything that an address is made of: a wrong number here would be a write into foreign memory.</summary>
    private static void Check(OperatorContext context, in PagedAttentionCall call, int cacheBlocks)
    {
        bool fits = call.CumulativeLengths[0] == 0 && call.CumulativeLengths[call.SequenceCount] == call.TokenCount;
        for (int sequence = 0; sequence < call.SequenceCount && fits; sequence++)
        {
            int added = call.CumulativeLengths[sequence + 1] - call.CumulativeLengths[sequence];
            long length = (long)call.PastLengths[sequence] + added;
            long blocks = (length + call.BlockSize - 1) / call.BlockSize;
            fits = added >= 0 && call.PastLengths[sequence] >= 0 && blocks <= call.MaximumBlocks;
            if (fits && !call.Rotary.IsEmpty && added > 0 && length > call.Rotary.Positions)
            {
                throw context.Error($"a sequence of {length} tokens; the model has angles for {call.Rotary.Positions} positions.");
            }

            for (int block = 0; block < blocks && fits; block++)
            {
                fits = (uint)call.BlockTable[(long)sequence * call.MaximumBlocks + block] < (uint)cacheBlocks;
            }
        }

        if (!fits)
        {
            throw context.Error("lengths or block table point outside the tokens or the cache.");
        }
    }
}
