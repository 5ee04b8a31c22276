using Engine.Onnx.Kernels.Attention;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Kernels.Attention;

/// <summary>Sequences with random queries, keys and values, a paged cache for them, and the same attention in double.</summary>
internal sealed unsafe class AttentionProblem
{
    private readonly Dictionary<int, float[]> _tokens = [];

    public int Heads { get; init; } = 6;

    public int KeyValueHeads { get; init; } = 2;

    public int HeadSize { get; init; } = 32;

    public int Window { get; init; } = -1;

    public float SoftCap { get; init; }

    public float[]? Sinks { get; init; }

    public bool SmoothSoftmax { get; init; }

    public int RotaryDimension { get; init; }

    public bool Interleaved { get; init; }

    public int BlockSize { get; init; } = 16;

    public float Scale { get; init; } = 0.3f;

    public int Width => (Heads + 2 * KeyValueHeads) * HeadSize;

    public int OutputWidth => Heads * HeadSize;

    /// <summary>Packed query, key and value of one token of one sequence.</summary>
    public Span<float> Token(int sequence, int position)
    {
        int id = sequence * 10_000 + position;
        if (!_tokens.TryGetValue(id, out float[]? values))
        {
            _tokens.Add(id, values = TestData.Floats(Width, 1000 + id, 2));
        }

        return values;
    }

    /// <summary>A cache whose unused places hold NaN, so that a kernel that reads one is found out.</summary>
    public PagedTestCache CreateCache(int blocks, bool half) => new(this, blocks, half);

    public float[] Cosines(int positions) => Angles(positions, MathF.Cos);

    public float[] Sines(int positions) => Angles(positions, MathF.Sin);

    private float[] Angles(int positions, Func<float, float> function) =>
        [.. Enumerable.Range(0, positions).SelectMany(p => Enumerable.Range(0, RotaryDimension / 2).Select(i => function(p * MathF.Pow(100, -2f * i / RotaryDimension))))];

    /// <summary>The output of one token, in double.</summary>
    public double[] Expected(int sequence, int position)
    {
        double[] result = new double[OutputWidth];
        int group = Heads / KeyValueHeads;
        for (int head = 0; head < Heads; head++)
        {
            double[] query = Rotated(sequence, position, head);
            int first = Window < 1 ? 0 : Math.Max(0, position - Window + 1);
            List<double> scores = [];
            for (int j = first; j <= position; j++)
            {
                double[] key = Rotated(sequence, j, Heads + head / group);
                double score = query.Zip(key, (a, b) => a * b).Sum() * Scale;
                scores.Add(SoftCap > 0 ? SoftCap * Math.Tanh(score / SoftCap) : score);
            }

            double? sink = Sinks is not null ? Sinks[head] : SmoothSoftmax ? 0 : null;
            double max = Math.Max(scores.Max(), sink ?? double.NegativeInfinity);
            double sum = scores.Sum(score => Math.Exp(score - max)) + (sink is null ? 0 : Math.Exp(sink.Value - max));
            for (int j = first; j <= position; j++)
            {
                double weight = Math.Exp(scores[j - first] - max) / sum;
                for (int d = 0; d < HeadSize; d++)
                {
                    result[head * HeadSize + d] += weight * Token(sequence, j)[(Heads + KeyValueHeads + head / group) * HeadSize + d];
                }
            }
        }

        return result;
    }

    private double[] Rotated(int sequence, int position, int head)
    {
        double[] x = [.. Token(sequence, position).Slice(head * HeadSize, HeadSize).ToArray().Select(value => (double)value)];
        double[] y = [.. x];
        int half = RotaryDimension / 2;
        for (int i = 0; i < half; i++)
        {
            double angle = position * MathF.Pow(100, -2f * i / RotaryDimension);
            (int a, int b) = Interleaved ? (2 * i, 2 * i + 1) : (i, half + i);
            y[a] = x[a] * Math.Cos(angle) - x[b] * Math.Sin(angle);
            y[b] = x[b] * Math.Cos(angle) + x[a] * Math.Sin(angle);
        }

        return y;
    }

    public AttentionParameters Parameters(float* sinks) => new()
    {
        Heads = Heads,
        KeyValueHeads = KeyValueHeads,
        HeadSize = HeadSize,
        Scale = Scale,
        SoftCap = SoftCap,
        Window = Window,
        SmoothSoftmax = SmoothSoftmax,
        Sinks = Sinks is null ? null : sinks,
    };
}

/// <summary>A paged cache, and steps over it.</summary>
internal sealed unsafe class PagedTestCache
{
    private const int Positions = 256;
    private readonly AttentionProblem _problem;
    private readonly bool _half;
    private readonly byte[] _keys;
    private readonly byte[] _values;
    private readonly Dictionary<int, List<int>> _tables = [];
    private readonly Stack<int> _free;

    public PagedTestCache(AttentionProblem problem, int blocks, bool half)
    {
        (_problem, _half) = (problem, half);
        int elements = blocks * problem.KeyValueHeads * problem.BlockSize * problem.HeadSize;
        _keys = GC.AllocateArray<byte>(elements * (half ? 2 : 4), pinned: true);
        _values = GC.AllocateArray<byte>(elements * (half ? 2 : 4), pinned: true);
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
        int mostBlocks = Positions / _problem.BlockSize;
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
        float[] cosines = _problem.Cosines(Positions);
        float[] sines = _problem.Sines(Positions);
        int headSize = _problem.HeadSize;
        fixed (float* x = packed, y = output, cos = cosines, sin = sines, sinks = _problem.Sinks)
        fixed (int* lengths = cumulative, pasts = past, blocks = table)
        fixed (byte* keys = _keys, values = _values)
        {
            PagedAttentionCall call = new()
            {
                Parameters = _problem.Parameters(sinks),
                Rotary = _problem.RotaryDimension == 0 ? default : new RotaryTable
                {
                    Cosines = cos, Sines = sin, Positions = Positions, RotaryDimension = _problem.RotaryDimension, Interleaved = _problem.Interleaved,
                },
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
            };
            if (_half)
            {
                PagedAttention.Run<Onnx.Kernels.HalfElement>(pool, call);
            }
            else
            {
                PagedAttention.Run<Onnx.Kernels.SingleElement>(pool, call);
            }
        }

        return [.. output.Chunk(_problem.OutputWidth)];
    }
}
