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
        ["eight to one"] = new() { Heads = 8, KeyValueHeads = 1, HeadSize = 64, RotaryDimension = 64 },
    };

    public static TheoryData<string> Names() => [.. Problems.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Run_WholePrompt_EqualsDoubleArithmetic(string name)
    {
        AttentionProblem problem = Problems[name];
        using WorkerPool pool = new(2);

        float[][] rows = problem.CreateCache(8, half: false).Step(pool, (0, 0, 53));

        for (int position = 0; position < rows.Length; position++)
        {
            Assert.True(TestData.RelativeError(rows[position], problem.Expected(0, position)) < 1e-5, $"position {position}");
        }
    }

    [Fact]
    public void Run_CacheOfHalfPrecision_IsCloseToDoubleArithmetic()
    {
        AttentionProblem problem = Problems["rotary"];
        using WorkerPool pool = new(2);

        float[][] rows = problem.CreateCache(8, half: true).Step(pool, (0, 0, 53));

        for (int position = 0; position < rows.Length; position++)
        {
            Assert.True(TestData.RelativeError(rows[position], problem.Expected(0, position)) < 1e-2, $"position {position}");
        }
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
        foreach (bool half in new[] { false, true })
        {
            float[][] whole = problem.CreateCache(8, half).Step(one, (0, 0, Length));
            foreach (int chunk in new[] { 1, 2, 3, 5, 13, 17, 40 })
            {
                PagedTestCache cache = problem.CreateCache(24, half);
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

    [Fact]
    public void Run_OnEveryProcessor_GivesTheRecordedBits()
    {
        using WorkerPool pool = new(1);
        float[][] rows = Problems["window"].CreateCache(8, half: false).Step(pool, (0, 0, 40));
        Assert.Equal(0x3D35C99Eu, Fingerprint.Of(rows.SelectMany(row => row).ToArray()));
    }
}
