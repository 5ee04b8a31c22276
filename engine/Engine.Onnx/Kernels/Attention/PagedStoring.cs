using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>Norms and rotates queries and keys, and puts keys and values in their blocks.</summary>
internal unsafe struct PagedStoring<TFormat> : IParallelBody
    where TFormat : struct, IKeyValueFormat
{
    private const int TokensPerChunk = 16;

    public required PagedAttentionCall Call;

    /// <summary>Receives the queries, <c>[TokenCount, Heads, HeadSize]</c>; null where nothing is done to them.</summary>
    public required float* Prepared;

    public readonly int ChunkCount => (Call.TokenCount + TokensPerChunk - 1) / TokensPerChunk;

    public readonly void Run(int chunk, int worker)
    {
        int first = chunk * TokensPerChunk;
        Store(first, Math.Min(Call.TokenCount, first + TokensPerChunk));
    }

    /// <summary>Stores the tokens from <paramref name="first"/> to <paramref name="end"/>.</summary>
    public readonly void Store(int first, int end)
    {
        float* key = stackalloc float[Call.Parameters.HeadSize];
        int sequence = 0;
        for (int token = first; token < end; token++)
        {
            while (Call.CumulativeLengths[sequence + 1] <= token)
            {
                sequence++;
            }

            Store(token, sequence, Call.PastLengths[sequence] + token - Call.CumulativeLengths[sequence], key);
        }
    }

    private readonly void Store(int token, int sequence, int position, float* scratch)
    {
        AttentionParameters parameters = Call.Parameters;
        int headSize = parameters.HeadSize;
        if (Prepared is not null)
        {
            for (int head = 0; head < parameters.Heads; head++)
            {
                float* query = Call.Queries + token * Call.QueryStride + (long)head * headSize;
                Prepare(query, Call.QueryNorm, position, Prepared + ((long)token * parameters.Heads + head) * headSize);
            }
        }

        int lane = position % KeyValueGroup.Tokens;
        for (int head = 0; head < parameters.KeyValueHeads; head++)
        {
            float* key = Call.Keys + token * Call.KeyValueStride + (long)head * headSize;
            float* value = Call.Values + token * Call.KeyValueStride + (long)head * headSize;
            if (Prepared is not null)
            {
                Prepare(key, Call.KeyNorm, position, scratch);
                key = scratch;
            }

            long offset = Call.GroupIndex(sequence, head, position / KeyValueGroup.Tokens) * KeyValueGroup.Bytes<TFormat>(headSize);
            TFormat.StoreKey(key, headSize, Call.KeyCache + offset, lane);
            TFormat.StoreValue(value, headSize, Call.ValueCache + offset, lane);
        }
    }

    private readonly void Prepare(float* source, float* norm, int position, float* target)
    {
        int headSize = Call.Parameters.HeadSize;
        if (norm is not null)
        {
            RmsNorm.Run(source, norm, Call.NormEpsilon, headSize, target);
            source = target;
        }

        if (!Call.Rotary.IsEmpty)
        {
            Call.Rotary.Apply(source, position, headSize, target);
        }
    }
}
