using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>Causal attention over a cache in blocks: writes the new keys and values, then computes every new token.</summary>
internal static unsafe class PagedAttention
{
    /// <summary>Neighbouring tokens that one chunk computes: enough to share keys and values, few enough to share out.</summary>
    private const int TokensPerChunk = 16;

    /// <summary>New tokens below which sharing out the rotation costs more than it gives.</summary>
    private const int ParallelRotation = 16;

    /// <param name="pool">Threads to use.</param>
    /// <param name="call">The operands; sizes and block numbers have been checked.</param>
    public static void Run<TElement>(WorkerPool pool, in PagedAttentionCall call)
        where TElement : struct, IStoredElement
    {
        AttentionParameters parameters = call.Parameters;
        float* rotated = call.Rotary.IsEmpty ? null : Scratch.Get<float>(Scratch.Purpose.Activations, (long)call.TokenCount * parameters.Heads * parameters.HeadSize);
        StoreBody<TElement> store = new() { Call = call, Rotated = rotated };
        if (call.TokenCount < ParallelRotation)
        {
            store.StoreRange(0, call.TokenCount);
        }
        else
        {
            pool.Run((call.TokenCount + TokensPerChunk - 1) / TokensPerChunk, ref store);
        }

        int chunks = 0;
        for (int sequence = 0; sequence < call.SequenceCount; sequence++)
        {
            chunks += ChunkCount(call, sequence) * parameters.KeyValueHeads;
        }

        AttendBody<TElement> attend = new()
        {
            Call = call,
            Queries = rotated is null ? call.Queries : rotated,
            QueryStride = rotated is null ? call.QueryStride : parameters.Heads * parameters.HeadSize,
        };
        pool.Run(chunks, ref attend);
    }

    private static int ChunkCount(in PagedAttentionCall call, int sequence) =>
        (call.CumulativeLengths[sequence + 1] - call.CumulativeLengths[sequence] + TokensPerChunk - 1) / TokensPerChunk;

    /// <summary>Rotates queries and keys, and puts keys and values in their blocks.</summary>
    private struct StoreBody<TElement> : IParallelBody
        where TElement : struct, IStoredElement
    {
        public PagedAttentionCall Call;
        public float* Rotated;

        public readonly void Run(int chunk, int worker)
        {
            int first = chunk * TokensPerChunk;
            StoreRange(first, Math.Min(Call.TokenCount, first + TokensPerChunk) - first);
        }

        public readonly void StoreRange(int first, int count)
        {
            int sequence = 0;
            for (int token = first; token < first + count; token++)
            {
                while (Call.CumulativeLengths[sequence + 1] <= token)
                {
                    sequence++;
                }

                Store(token, sequence, Call.PastLengths[sequence] + token - Call.CumulativeLengths[sequence]);
            }
        }

        private readonly void Store(int token, int sequence, int position)
        {
            AttentionParameters parameters = Call.Parameters;
            int headSize = parameters.HeadSize;
            float* turned = stackalloc float[headSize];
            if (Rotated is not null)
            {
                for (int head = 0; head < parameters.Heads; head++)
                {
                    float* query = Call.Queries + token * Call.QueryStride + (long)head * headSize;
                    Call.Rotary.Apply(query, position, headSize, Rotated + ((long)token * parameters.Heads + head) * headSize);
                }
            }

            int lane = position % AttentionTiles.TokenLanes;
            for (int head = 0; head < parameters.KeyValueHeads; head++)
            {
                float* key = Call.Keys + token * Call.KeyValueStride + (long)head * headSize;
                float* value = Call.Values + token * Call.KeyValueStride + (long)head * headSize;
                if (Rotated is not null)
                {
                    Call.Rotary.Apply(key, position, headSize, turned);
                    key = turned;
                }

                long offset = Call.Offset(sequence, head, position / AttentionTiles.TokenLanes);
                byte* keys = Call.KeyCache + offset * TElement.Size;
                byte* values = Call.ValueCache + (offset + lane * headSize) * TElement.Size;
                for (int d = 0; d < headSize; d++)
                {
                    TElement.StoreOne(keys + (d * AttentionTiles.TokenLanes + lane) * TElement.Size, key[d]);
                    TElement.StoreOne(values + d * TElement.Size, value[d]);
                }
            }
        }
    }

    /// <summary>One chunk: some neighbouring tokens of one sequence, through one head of keys and values.</summary>
    private struct AttendBody<TElement> : IParallelBody
        where TElement : struct, IStoredElement
    {
        public PagedAttentionCall Call;
        public float* Queries;
        public nint QueryStride;

        public readonly void Run(int chunk, int worker)
        {
            AttentionParameters parameters = Call.Parameters;
            int sequence = 0;
            for (int chunks; chunk >= (chunks = ChunkCount(Call, sequence) * parameters.KeyValueHeads); sequence++)
            {
                chunk -= chunks;
            }

            int head = chunk % parameters.KeyValueHeads;
            int begin = Call.CumulativeLengths[sequence];
            int first = begin + chunk / parameters.KeyValueHeads * TokensPerChunk;
            int count = Math.Min(Call.CumulativeLengths[sequence + 1], first + TokensPerChunk) - first;
            int position = Call.PastLengths[sequence] + first - begin;

            int blocks = (position + count - 1) / AttentionTiles.TokenLanes + 1;
            byte** keys = (byte**)Scratch.Get<nint>(Scratch.Purpose.Products, 2L * blocks);
            byte** values = keys + blocks;
            for (int block = parameters.FirstVisible(position) / AttentionTiles.TokenLanes; block < blocks; block++)
            {
                long offset = Call.Offset(sequence, head, block) * TElement.Size;
                keys[block] = Call.KeyCache + offset;
                values[block] = Call.ValueCache + offset;
            }

            nint outputStride = parameters.Heads * parameters.HeadSize;
            AttentionRows.Run<TElement>(
                parameters, head, Queries + first * QueryStride, QueryStride, position, count, keys, values, null, 0, 0, Call.Output + first * outputStride, outputStride);
        }
    }
}
