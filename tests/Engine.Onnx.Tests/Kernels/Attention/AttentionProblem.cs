using Engine.Onnx.Kernels.Attention;

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

    /// <summary>Whether queries and keys are normed, with some weights, before they are rotated.</summary>
    public bool Norms { get; init; }

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

    public float[]? QueryNorm => Norms ? TestData.Floats(HeadSize, 71, 2) : null;

    public float[]? KeyNorm => Norms ? TestData.Floats(HeadSize, 72, 2) : null;

    /// <summary>A cache whose unused places hold NaN, so that a kernel that reads one is found out.</summary>
    public PagedTestCache CreateCache(int blocks, CacheFormat format) => new(this, blocks, format);

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
        if (Norms)
        {
            float[] weights = head < Heads ? QueryNorm! : KeyNorm!;
            double root = Math.Sqrt(x.Sum(value => value * value) / HeadSize + 1e-6);
            x = [.. x.Zip(weights, (value, weight) => value / root * weight)];
        }

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
