using Engine.Onnx.Threading;

namespace Engine.Onnx.Kernels.Attention;

/// <summary>
/// Causal attention over contiguous keys and values, by the kernels of <see cref="PagedAttention"/> and so with its bits: the keys are first
/// turned round, sixteen tokens side by side.
/// </summary>
internal static unsafe class ContiguousAttention
{
    private const int TokensPerChunk = 16;

    public static void Run<TElement>(WorkerPool pool, in ContiguousAttentionCall call)
        where TElement : struct, IStoredElement
    {
        int longest = 0;
        for (int batch = 0; batch < call.BatchSize; batch++)
        {
            longest = Math.Max(longest, call.PastLengths[batch] + call.NewLengths[batch]);
        }

        AttentionParameters parameters = call.Parameters;
        int groups = (longest + KeyValueGroup.Tokens - 1) / KeyValueGroup.Tokens;
        long turnedBytes = (long)groups * KeyValueGroup.Tokens * parameters.HeadSize * TElement.Size;
        int pairs = call.BatchSize * parameters.KeyValueHeads;
        byte* turned = Scratch.Get<byte>(Scratch.Purpose.Transposed, turnedBytes * pairs);
        TurnBody<TElement> turn = new() { Call = call, Turned = turned, TurnedBytes = turnedBytes };
        pool.Run(pairs, ref turn);

        int tokenChunks = (call.SequenceLength + TokensPerChunk - 1) / TokensPerChunk;
        AttendBody<TElement> attend = new() { Call = call, Turned = turned, TurnedBytes = turnedBytes, Pairs = pairs };
        pool.Run(pairs * tokenChunks, ref attend);
    }

    private struct TurnBody<TElement> : IParallelBody
        where TElement : struct, IStoredElement
    {
        public ContiguousAttentionCall Call;
        public byte* Turned;
        public long TurnedBytes;

        public readonly void Run(int chunk, int worker)
        {
            int headSize = Call.Parameters.HeadSize;
            int batch = chunk / Call.Parameters.KeyValueHeads;
            int tokens = Call.PastLengths[batch] + Call.NewLengths[batch];
            byte* source = Call.Keys + (long)chunk * Call.Capacity * headSize * TElement.Size;
            byte* target = Turned + chunk * TurnedBytes;
            for (int token = 0; token < tokens; token++)
            {
                byte* lane = target + ((long)(token / KeyValueGroup.Tokens) * KeyValueGroup.Tokens * headSize + token % KeyValueGroup.Tokens) * TElement.Size;
                for (int d = 0; d < headSize; d++)
                {
                    TElement.StoreOne(lane + d * KeyValueGroup.Tokens * TElement.Size, TElement.LoadOne(source));
                    source += TElement.Size;
                }
            }
        }
    }

    private struct AttendBody<TElement> : IParallelBody
        where TElement : struct, IStoredElement
    {
        public ContiguousAttentionCall Call;
        public byte* Turned;
        public long TurnedBytes;
        public int Pairs;

        public readonly void Run(int chunk, int worker)
        {
            AttentionParameters parameters = Call.Parameters;
            int headSize = parameters.HeadSize;
            int pair = chunk % Pairs;
            int batch = pair / parameters.KeyValueHeads;
            int head = pair % parameters.KeyValueHeads;
            int first = chunk / Pairs * TokensPerChunk;
            int count = Math.Clamp(Call.NewLengths[batch] - first, 0, TokensPerChunk);
            nint stride = parameters.Heads * headSize;
            float* output = Call.Output + ((long)batch * Call.SequenceLength + first) * stride;
            ClearPadding(output, stride, head, count, Math.Min(TokensPerChunk, Call.SequenceLength - first));
            if (count == 0)
            {
                return;
            }

            int position = Call.PastLengths[batch] + first;
            int groups = (position + count - 1) / KeyValueGroup.Tokens + 1;
            byte** keys = (byte**)Scratch.Get<nint>(Scratch.Purpose.Products, 2L * groups);
            byte** values = keys + groups;
            for (int group = 0; group < groups; group++)
            {
                long tokenBytes = (long)group * KeyValueGroup.Tokens * headSize * TElement.Size;
                keys[group] = Turned + pair * TurnedBytes + tokenBytes;
                values[group] = Call.Values + (long)pair * Call.Capacity * headSize * TElement.Size + tokenBytes;
            }

            AttentionRows.Run<FloatKeyValues<TElement>>(new AttentionUnit
            {
                Parameters = parameters,
                Head = head,
                Queries = Call.Queries + ((long)batch * Call.SequenceLength + first) * stride,
                QueryStride = stride,
                FirstPosition = position,
                Tokens = count,
                Keys = keys,
                Values = values,
                Bias = Call.Bias is null ? null : Call.Bias + batch * Call.BiasBatchStride + (long)first * Call.BiasLength,
                BiasStride = Call.BiasLength,
                BiasHeadStride = (nint)Call.BiasHeadStride,
                Output = output,
                OutputStride = stride,
            });
        }

        private readonly void ClearPadding(float* output, nint stride, int head, int first, int end)
        {
            int width = Call.Parameters.GroupSize * Call.Parameters.HeadSize;
            for (int token = first; token < end; token++)
            {
                new Span<float>(output + token * stride + (long)head * width, width).Clear();
            }
        }
    }
}
