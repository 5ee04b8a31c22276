using System.Globalization;
using BenchmarkDotNet.Attributes;
using Engine.Onnx.Kernels;
using Engine.Onnx.Kernels.Attention;
using Engine.Onnx.Threading;

namespace Engine.Benchmarks.Kernels;

/// <summary>Attention over a cache in blocks: one token, and the last 512 of a prompt. Several layers in turn, so that a cache is as cold as in a model.</summary>
public unsafe class AttentionBenchmarks
{
    private const int HeadSize = 64;
    private const int BlockSize = 16;
    private const int Layers = 16;
    private const int PromptTokens = 512;

    private readonly List<AlignedMemory> _caches = [];
    private WorkerPool _pool = null!;
    private AlignedMemory _rows = null!;
    private AlignedMemory _output = null!;
    private int[] _blocks = [];
    private int _layer;

    /// <summary>Heads of queries / heads of keys and values.</summary>
    [Params("14/2", "32/8")]
    public string Heads { get; set; } = "";

    [Params(512, 4096)]
    public int Context { get; set; }

    [Params("f16", "f32", "int8")]
    public string Cache { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    private int QueryHeads => int.Parse(Heads.Split('/')[0], CultureInfo.InvariantCulture);

    private int KeyValueHeads => int.Parse(Heads.Split('/')[1], CultureInfo.InvariantCulture);

    [GlobalSetup]
    public void Setup()
    {
        _pool = new WorkerPool(Threads);
        int width = (QueryHeads + 2 * KeyValueHeads) * HeadSize;
        _rows = new AlignedMemory((long)Context * width * sizeof(float));
        _output = new AlignedMemory((long)Context * QueryHeads * HeadSize * sizeof(float));
        Random random = new(1);
        foreach (ref float value in new Span<float>(_rows.Pointer, Context * width))
        {
            value = random.NextSingle() - 0.5f;
        }

        _blocks = [.. Enumerable.Range(0, Context / BlockSize)];
        for (int layer = 0; layer < Layers; layer++)
        {
            _caches.Add(new AlignedMemory(2L * Context * KeyValueHeads * (HeadSize + 1) * sizeof(float)));
            _layer = layer;
            Run(Context);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _pool.Dispose();
        _rows.Dispose();
        _output.Dispose();
        _caches.ForEach(cache => cache.Dispose());
    }

    [Benchmark]
    public void Decode() => Run(1);

    [Benchmark]
    public void Prefill() => Run(Math.Min(PromptTokens, Context));

    private void Run(int tokens)
    {
        switch (Cache)
        {
            case "f16":
                Run<FloatKeyValues<HalfElement>>(tokens);
                break;
            case "f32":
                Run<FloatKeyValues<SingleElement>>(tokens);
                break;
            default:
                Run<Int8KeyValues>(tokens);
                break;
        }
    }

    private void Run<TFormat>(int tokens)
        where TFormat : struct, IKeyValueFormat
    {
        byte* cache = _caches[_layer].Pointer;
        _layer = (_layer + 1) % _caches.Count;
        long half = (long)_blocks.Length * KeyValueHeads * KeyValueGroup.Bytes<TFormat>(HeadSize);
        int width = (QueryHeads + 2 * KeyValueHeads) * HeadSize;
        int* lengths = stackalloc int[] { 0, tokens };
        int past = Context - tokens;
        float* rows = (float*)_rows.Pointer;
        fixed (int* blocks = _blocks)
        {
            PagedAttention.Run<TFormat>(_pool, new PagedAttentionCall
            {
                Parameters = new AttentionParameters { Heads = QueryHeads, KeyValueHeads = KeyValueHeads, HeadSize = HeadSize, Scale = 0.125f },
                TokenCount = tokens,
                SequenceCount = 1,
                CumulativeLengths = lengths,
                PastLengths = &past,
                BlockTable = blocks,
                MaximumBlocks = _blocks.Length,
                BlockSize = BlockSize,
                KeyCache = cache,
                ValueCache = cache + half,
                Queries = rows,
                QueryStride = width,
                Keys = rows + QueryHeads * HeadSize,
                Values = rows + (QueryHeads + KeyValueHeads) * HeadSize,
                KeyValueStride = width,
                Output = (float*)_output.Pointer,
            });
        }
    }
}
