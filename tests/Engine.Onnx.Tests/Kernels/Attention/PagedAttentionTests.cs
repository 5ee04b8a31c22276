using Engine.Onnx.Threading;

namespace Engine.Onnx.Tests.Kernels.Attention;

public sealed class PagedAttentionTests
{
    private static readonly Dictionary<string, AttentionProblem> Problems = new()
    {
        ["plain"] = new(),
        ["rotary"] = new() { RotaryDimension = 32, BlockSize = 32 },
        ["partial rotary"] = new() { RotaryDimension = 12, HeadSize = 24 },
        ["interleaved"] = new() { RotaryDimension = 16, Interleaved = true, HeadSize = 16 },
        ["window"] = new() { Window = 5 },
        ["window over blocks"] = new() { Window = 21, RotaryDimension = 32 },
        ["window of one"] = new() { Window = 1 },
        ["soft cap"] = new() { SoftCap = 2.5f },
        ["smooth"] = new() { SmoothSoftmax = true },
        ["sinks"] = new() { Sinks = [0.5f, -1, 2, 3, 0, 1], Window = 20 },
        ["one head"] = new() { Heads = 1, KeyValueHeads = 1, HeadSize = 8 },
        ["no groups"] = new() { Heads = 3, KeyValueHeads = 3, HeadSize = 20 },
        ["five to one"] = new() { Heads = 5, KeyValueHeads = 1, HeadSize = 16 },
        ["seven to one"] = new() { Heads = 14, KeyValueHeads = 2, HeadSize = 64, RotaryDimension = 64 },
        ["normed"] = new() { Norms = true, RotaryDimension = 32 },
        ["normed only"] = new() { Norms = true, Window = 30 },
        ["eight to one"] = new() { Heads = 8, KeyValueHeads = 1, HeadSize = 64, RotaryDimension = 64 },
    };

    public static TheoryData<string> Names() => [.. Problems.Keys];

    /// <summary>Names with the formats, and the relative error that each may have: these queries and keys are large, so a score's error is several times its key's.</summary>
    public static TheoryData<string, CacheFormat, double> NamesAndBounds()
    {
        TheoryData<string, CacheFormat, double> data = [];
        foreach (string name in Problems.Keys)
        {
            data.Add(name, CacheFormat.Single, 2e-6);
            data.Add(name, CacheFormat.Half, 2e-3);
            data.Add(name, CacheFormat.Int8, 3e-2);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(NamesAndBounds))]
    public void Run_WholePrompt_EqualsDoubleArithmetic(string name, CacheFormat format, double bound)
    {
        AttentionProblem problem = Problems[name];
        using WorkerPool pool = new(2);

        float[][] rows = problem.CreateCache(8, format).Step(pool, (0, 0, 53));

        for (int position = 0; position < rows.Length; position++)
        {
            double error = TestData.RelativeError(rows[position], problem.Expected(0, position));
            Assert.True(error < bound, $"position {position}: {error}");
        }
    }

    [Theory]
    [InlineData("seven to one", CacheFormat.Single, 2e-6)]
    [InlineData("seven to one", CacheFormat.Half, 2e-3)]
    [InlineData("seven to one", CacheFormat.Int8, 3e-2)]
    [InlineData("sinks", CacheFormat.Single, 2e-6)]
    [InlineData("soft cap", CacheFormat.Half, 2e-3)]
    public void Run_ContextOfSeveralSegments_EqualsDoubleArithmetic(string name, CacheFormat format, double bound)
    {
        AttentionProblem problem = Problems[name];
        using WorkerPool pool = new(2);
        PagedTestCache cache = problem.CreateCache(48, format);

        cache.Step(pool, (0, 0, 700));
        double error = TestData.RelativeError(cache.Step(pool, (0, 700, 1))[0], problem.Expected(0, 700));

        Assert.True(error < bound, $"{error}");
    }

    /// <summary>One prompt whole, in chunks of any size, token by token, and beside other sequences: the same bits.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Run_InChunksOrBesideOthers_HasTheSameBits(string name)
    {
        const int Length = 53;
        AttentionProblem problem = Problems[name];
        using WorkerPool one = new(1);
        using WorkerPool three = new(3);
        foreach (CacheFormat format in Enum.GetValues<CacheFormat>())
        {
            float[][] whole = problem.CreateCache(8, format).Step(one, (0, 0, Length));
            foreach (int chunk in new[] { 1, 2, 3, 5, 13, 17, 40 })
            {
                PagedTestCache cache = problem.CreateCache(24, format);
                int otherPast = 0;
                for (int past = 0; past < Length; past += chunk)
                {
                    // Neighbours before and behind, of other lengths.
                    int count = Math.Min(chunk, Length - past);
                    float[][] rows = cache.Step(chunk % 2 == 0 ? one : three, (1, otherPast, 2), (0, past, count), (2, 2 * past, 2 * count));
                    otherPast += 2;
                    for (int i = 0; i < count; i++)
                    {
                        TestData.AssertSameBits(whole[past + i], rows[2 + i], $"chunks of {chunk}, position {past + i}");
                    }
                }
            }
        }
    }

    /// <summary>Over the borders of segments, which several threads share out for a few tokens and one thread never does.</summary>
    [Theory]
    [InlineData("seven to one", CacheFormat.Half)]
    [InlineData("seven to one", CacheFormat.Int8)]
    [InlineData("eight to one", CacheFormat.Single)]
    [InlineData("one head", CacheFormat.Half)]
    [InlineData("sinks", CacheFormat.Single)]
    [InlineData("long window", CacheFormat.Half)]
    [InlineData("soft cap", CacheFormat.Int8)]
    public void Run_LongContextInChunksAndOnThreads_HasTheSameBits(string name, CacheFormat format)
    {
        const int Length = 600;
        AttentionProblem problem = name == "long window" ? new() { Window = 300, RotaryDimension = 32 } : Problems[name];
        using WorkerPool one = new(1);
        using WorkerPool two = new(2);
        using WorkerPool three = new(3);
        float[][] whole = problem.CreateCache(40, format).Step(one, (0, 0, Length));
        foreach ((int chunk, WorkerPool pool) in new[] { (1, two), (13, three), (512, two), (77, one), (600, two) })
        {
            PagedTestCache cache = problem.CreateCache(40, format);
            for (int past = 0; past < Length; past += chunk)
            {
                int count = Math.Min(chunk, Length - past);
                float[][] rows = cache.Step(pool, (0, past, count));
                for (int i = 0; i < count; i++)
                {
                    TestData.AssertSameBits(whole[past + i], rows[i], $"chunks of {chunk}, position {past + i}");
                }
            }
        }
    }

    [Theory]
    [InlineData(CacheFormat.Single, 0xF1172ABAu)]
    [InlineData(CacheFormat.Half, 0x54D9C0A3u)]
    [InlineData(CacheFormat.Int8, 0x22287DBBu)]
    public void Run_OnEveryProcessor_GivesTheRecordedBits(CacheFormat format, uint expected)
    {
        using WorkerPool pool = new(1);
        float[][] rows = Problems["window"].CreateCache(8, format).Step(pool, (0, 0, 40));
        Assert.Equal(expected, Fingerprint.Of(rows.SelectMany(row => row).ToArray()));
    }
}
