using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Attention;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Kernels.Attention;

/// <summary>A paged cache, and steps over it.</summary>
internal sealed unsafe class PagedTestCache
{
    private readonly AttentionProblem _problem;
    private readonly CacheFormat _format;
    private readonly int _positions;
    private readonly byte[] _keys;
    private readonly byte[] _values;
    private readonly Dictionary<int, List<int>> _tables = [];
    private readonly Stack<int> _free;

    public PagedTestCache(AttentionProblem problem, int blocks, CacheFormat format)
    {
        (_problem, _format) = (problem, format);
        _positions = blocks * problem.BlockSize;
        int elementBytes = format switch { CacheFormat.Single => 4, CacheFormat.Half => 2, _ => 1 };
        int tokenBytes = (problem.HeadSize * elementBytes) + (format == CacheFormat.Int8 ? sizeof(float) : 0);
        int bytes = blocks * problem.KeyValueHeads * problem.BlockSize * tokenBytes;
        _keys = GC.AllocateArray<byte>(bytes, pinned: true);
        _values = GC.AllocateArray<byte>(bytes, pinned: true);
        _keys.AsSpan().Fill(0xFF);
        _values.AsSpan().Fill(0xFF);
        _free = new Stack<int>(Enumerable.Range(0, blocks).OrderBy(block => block * 7919 % 31));
    }

    /// <summary>Computes new tokens of some sequences in one call; a row of output for each, in order.</summary>
    public float[][] Step(WorkerPool pool, params (int Sequence, int Past, int Count)[] parts)
    {
        int tokens = parts.Sum(part => part.Count);
        float[] packed = [.. parts.SelectMany(part => Enumerable.Range(part.Past, part.Count).SelectMany(p => _problem.Token(part.Sequence, p).ToArray()))];
        int[] cumulative = new int[parts.Length + 1];
        int mostBlocks = _positions / _problem.BlockSize;
        int[] table = new int[parts.Length * mostBlocks];
        for (int i = 0; i < parts.Length; i++)
        {
            cumulative[i + 1] = cumulative[i] + parts[i].Count;
            List<int> own = _tables.TryGetValue(parts[i].Sequence, out List<int>? known) ? known : _tables[parts[i].Sequence] = [];
            while (own.Count * _problem.BlockSize < parts[i].Past + parts[i].Count)
            {
                own.Add(_free.Pop());
            }

            own.CopyTo(table, i * mostBlocks);
        }

        int[] past = [.. parts.Select(part => part.Past)];
        float[] output = new float[tokens * _problem.OutputWidth];
        float[] cosines = _problem.Cosines(_positions);
        float[] sines = _problem.Sines(_positions);
        int headSize = _problem.HeadSize;
        fixed (float* x = packed, y = output, cos = cosines, sin = sines, sinks = _problem.Sinks, queryNorm = _problem.QueryNorm, keyNorm = _problem.KeyNorm)
        fixed (int* lengths = cumulative, pasts = past, blocks = table)
        fixed (byte* keys = _keys, values = _values)
        {
            Run(pool, new PagedAttentionCall
            {
                Parameters = _problem.Parameters(sinks),
                Rotary = _problem.RotaryDimension == 0 ? default : new RotaryTable
                {
                    Cosines = cos, Sines = sin, Positions = _positions, RotaryDimension = _problem.RotaryDimension, Interleaved = _problem.Interleaved,
                },
                QueryNorm = queryNorm,
                KeyNorm = keyNorm,
                NormEpsilon = 1e-6f,
                TokenCount = tokens,
                SequenceCount = parts.Length,
                CumulativeLengths = lengths,
                PastLengths = pasts,
                BlockTable = blocks,
                MaximumBlocks = mostBlocks,
                BlockSize = _problem.BlockSize,
                KeyCache = keys,
                ValueCache = values,
                Queries = x,
                QueryStride = _problem.Width,
                Keys = x + _problem.Heads * headSize,
                Values = x + (_problem.Heads + _problem.KeyValueHeads) * headSize,
                KeyValueStride = _problem.Width,
                Output = y,
            });
        }

        return [.. output.Chunk(_problem.OutputWidth)];
    }

    private void Run(WorkerPool pool, in PagedAttentionCall call)
    {
        switch (_format)
        {
            case CacheFormat.Single:
                PagedAttention.Run<FloatKeyValues<SingleElement>>(pool, call);
                break;
            case CacheFormat.Half:
                PagedAttention.Run<FloatKeyValues<HalfElement>>(pool, call);
                break;
            default:
                PagedAttention.Run<Int8KeyValues>(pool, call);
                break;
        }
    }
}
