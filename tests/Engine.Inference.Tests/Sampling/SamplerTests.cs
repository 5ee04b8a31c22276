using Engine.Inference.Core;
using Engine.Inference.Sampling;

namespace Engine.Inference.Tests.Sampling;

public class SamplerTests
{
    public static TheoryData<string, SamplingParameters> Parameters => new()
    {
        { "plain", new() },
        { "cold", new() { Temperature = 0.4f } },
        { "hot", new() { Temperature = 2 } },
        { "top-k", new() { TopK = 7 } },
        { "top-k above the vocabulary", new() { TopK = 5000 } },
        { "top-p", new() { TopP = 0.8f } },
        { "wide top-p", new() { TopP = 0.9995f, Temperature = 1.5f } },
        { "narrow top-p", new() { TopP = 0.01f } },
        { "min-p", new() { MinP = 0.1f } },
        { "typical", new() { TypicalP = 0.6f } },
        { "top-k and top-p", new() { TopK = 20, TopP = 0.7f, Temperature = 0.8f } },
        { "top-p and min-p", new() { TopP = 0.95f, MinP = 0.05f } },
        { "all", new() { TopK = 50, TypicalP = 0.9f, TopP = 0.9f, MinP = 0.02f, Temperature = 0.9f } },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public void Sample_ManyDraws_FollowTheReferenceDistribution(string name, SamplingParameters parameters)
    {
        Assert.NotEmpty(name);
        float[] logits = Logits(300, seed: 5, spread: 4);
        double[] expected = ReferenceSampler.Distribution(logits, parameters);
        const int draws = 5_000;
        int[] counts = new int[logits.Length];
        Sampler sampler = new(logits.Length, logits.Length);
        SequenceSampler sequence = Sequence(parameters);
        for (int draw = 0; draw < draws; draw++)
        {
            int token = sampler.Sample([.. logits], sequence, logprobCount: null, out _);
            sequence.Accept(token);
            counts[token]++;
        }

        double distance = 0;
        for (int token = 0; token < counts.Length; token++)
        {
            Assert.True(expected[token] > 0 || counts[token] == 0, $"token {token} was dropped, but drawn {counts[token]} times");

            // Five standard deviations: a fixed seed makes this a fact, not a chance.
            double deviation = Math.Sqrt(draws * expected[token] * (1 - expected[token]));
            Assert.True(Math.Abs(counts[token] - (draws * expected[token])) <= (5 * deviation) + 1, $"token {token}: {counts[token]} of {draws * expected[token]:F1}");
            distance += Math.Abs((counts[token] / (double)draws) - expected[token]) / 2;
        }

        // What chance alone gives with so many draws over so many tokens, and a third more.
        double chance = Math.Sqrt(expected.Count(probability => probability > 0) / (2 * Math.PI * draws));
        Assert.True(distance < (1.33 * chance) + 0.005, $"total variation {distance}, by chance {chance}");
    }

    [Theory]
    [InlineData(31)]
    [InlineData(128)]
    [InlineData(1025)]
    [InlineData(49152)]
    public void Sample_TopKOfOne_IsTheLargestOfAnyWidth(int width)
    {
        float[] logits = Logits(width, seed: width, spread: 3);
        int best = Array.IndexOf(logits, logits.Max());
        Sampler sampler = new(width, width);

        Assert.Equal(best, sampler.Sample([.. logits], Sequence(new() { TopK = 1 }), null, out _));
        Assert.Equal(best, sampler.Sample([.. logits], Sequence(new() { TopP = 1e-6f }), null, out _));
        Assert.Equal(best, sampler.Sample([.. logits], Sequence(new() { MinP = 1 }), null, out _));
        Assert.Equal(best, sampler.Sample([.. logits], Sequence(new() { Temperature = 0 }), null, out _));
        Assert.Equal(best, sampler.Sample([.. logits], Sequence(new() { Temperature = 1e-6f }), null, out _));
    }

    [Fact]
    public void Sample_Greedy_TakesTheLowestIdAmongEquals()
    {
        float[] logits = new float[500];
        logits[77] = logits[300] = logits[499] = 2;

        Assert.Equal(77, new Sampler(500, 500).Sample(logits, Sequence(new() { Temperature = 0 }), null, out _));
    }

    [Fact]
    public void Sample_TopKAtATie_KeepsTheLowestIds()
    {
        float[] logits = new float[500];
        logits[400] = 1;
        double[] expected = ReferenceSampler.Distribution(logits, new() { TopK = 3 });
        Sampler sampler = new(500, 500);
        SequenceSampler sequence = Sequence(new() { TopK = 3 });

        for (int draw = 0; draw < 200; draw++)
        {
            int token = sampler.Sample([.. logits], sequence, null, out _);
            sequence.Accept(token);
            Assert.True(expected[token] > 0 && token is 0 or 1 or 400, $"drew {token}");
        }
    }

    [Fact]
    public void Sample_ColumnsWithoutToken_AreNeverChosen()
    {
        float[] logits = Logits(100, seed: 1, spread: 1);
        logits[95] = 50;
        Sampler sampler = new(100, tokenCount: 90);
        SequenceSampler greedy = Sequence(new() { Temperature = 0 });
        SequenceSampler drawn = Sequence(new());

        Assert.True(sampler.Sample([.. logits], greedy, 5, out TokenScore? score) < 90);
        Assert.All(score!.Top, token => Assert.True(token.Id < 90));
        for (int draw = 0; draw < 300; draw++)
        {
            Assert.True(sampler.Sample([.. logits], drawn, null, out _) < 90);
            drawn.Accept(0);
        }
    }

    [Fact]
    public void Sample_LogitBias_AddsAndBans()
    {
        float[] logits = [1, 2, 3, 4];
        SamplingParameters parameters = new() { Temperature = 0, LogitBias = new Dictionary<int, float> { [3] = -100, [1] = 1.5f } };

        Assert.Equal(1, new Sampler(4, 4).Sample(logits, Sequence(parameters), null, out _));
    }

    [Fact]
    public void Sample_EverythingBanned_SaysSo()
    {
        SamplingParameters parameters = new() { LogitBias = new Dictionary<int, float> { [0] = -100, [1] = -100 } };

        GenerationException exception = Assert.Throws<GenerationException>(() => new Sampler(2, 2).Sample([1, 2], Sequence(parameters), null, out _));
        Assert.Equal(GenerationError.InvalidRequest, exception.Error);
    }

    [Fact]
    public void Sample_RepetitionPenalty_DividesPositiveAndMultipliesNegativeLogitsOfPromptAndAnswer()
    {
        SequenceSampler sequence = Sequence(new() { RepetitionPenalty = 2 }, prompt: [0, 1, 1]);
        sequence.Accept(2);
        float[] logits = [4, -4, 3, 5];

        sequence.Process(logits);

        Assert.Equal([2, -8, 1.5f, 5], logits);
    }

    [Fact]
    public void Sample_PresenceAndFrequency_SubtractForTheAnswerOnly()
    {
        SequenceSampler sequence = Sequence(new() { PresencePenalty = 0.5f, FrequencyPenalty = 0.25f }, prompt: [0, 0]);
        sequence.Accept(1);
        sequence.Accept(1);
        sequence.Accept(2);
        float[] logits = [1, 1, 1, 1];

        sequence.Process(logits);

        Assert.Equal([1, 0, 0.25f, 1], logits);
    }

    [Fact]
    public void Sample_MinTokens_BansEndTokensUntilThen()
    {
        SequenceSampler sequence = new(Request(new() { Temperature = 0 }, [0]) with { MinTokens = 2, EndTokenIds = [3] }, choiceIndex: 0);
        Sampler sampler = new(4, 4);
        List<int> tokens = [];
        for (int index = 0; index < 3; index++)
        {
            int token = sampler.Sample([0, 1, 0, 9], sequence, null, out _);
            sequence.Accept(token);
            tokens.Add(token);
        }

        Assert.Equal([1, 1, 3], tokens);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Sample_LogitsThatAreNoNumbers_IsTheModelsFault(float value)
    {
        float[] logits = Logits(1000, 1, 1);
        logits[517] = value;

        GenerationException exception = Assert.Throws<GenerationException>(() => new Sampler(1000, 1000).Sample(logits, Sequence(new()), null, out _));
        Assert.Equal(GenerationError.ModelFailed, exception.Error);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(49152)]
    public void Sample_Logprobs_AreThoseOfTheUnchangedRow(int width)
    {
        float[] logits = Logits(width, seed: 3, spread: 30);
        double max = logits.Max();
        double logSum = max + Math.Log(logits.Sum(logit => Math.Exp(logit - max)));
        int[] best = [.. Enumerable.Range(0, width).OrderByDescending(id => logits[id]).ThenBy(id => id).Take(20)];
        SamplingParameters parameters = new() { Temperature = 0, LogitBias = new Dictionary<int, float> { [best[0]] = -100 } };

        int token = new Sampler(width, width).Sample([.. logits], Sequence(parameters), 20, out TokenScore? score);

        Assert.Equal(best[1], token);
        Assert.Equal(logits[token] - logSum, score!.Logprob, 1e-5);
        Assert.Equal(best, score.Top.Select(top => top.Id));
        Assert.All(score.Top, top => Assert.Equal(logits[top.Id] - logSum, top.Logprob, 1e-5));
    }

    [Fact]
    public void Sample_SameSeed_GivesTheSameTokensWhateverWasDrawnBetween()
    {
        float[] logits = Logits(1000, seed: 8, spread: 3);
        Sampler sampler = new(1000, 1000);
        SequenceSampler first = Sequence(new() { TopP = 0.9f });
        SequenceSampler second = Sequence(new() { TopP = 0.9f });
        SequenceSampler other = Sequence(new() { TopK = 40 });
        for (int index = 0; index < 100; index++)
        {
            int token = sampler.Sample([.. logits], first, null, out _);
            other.Accept(sampler.Sample([.. logits], other, 3, out _));
            Assert.Equal(token, sampler.Sample([.. logits], second, null, out _));
            first.Accept(token);
            second.Accept(token);
        }
    }

    [Fact]
    public void Fraction_OfSeedsChoicesAndIndices_IsSpreadEvenly()
    {
        const int buckets = 16;
        int[] counts = new int[buckets];
        int rising = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            for (int index = 0; index < 50; index++)
            {
                counts[(int)(new RandomStream(seed, 0).Fraction(index) * buckets)]++;
                counts[(int)(new RandomStream(seed, 1).Fraction(index) * buckets)]++;
                rising += new RandomStream(seed, 0).Fraction(index) < new RandomStream(seed + 1, 0).Fraction(index) ? 1 : 0;
            }
        }

        Assert.All(counts, count => Assert.InRange(count, 1250 - 180, 1250 + 180));
        Assert.InRange(rising, 4750, 5250);
    }

    [Fact]
    public void Fraction_OfKnownSeeds_NeverChanges()
    {
        // SplitMix64 of seed 0 begins with e220a8397b1dcdaf; mix(0) is 0, so choice 0 of seed 0 is that stream.
        Assert.Equal((0xE220A8397B1DCDAFUL >> 11) * (1.0 / (1UL << 53)), new RandomStream(0, 0).Fraction(0));
        Assert.Equal((0x6E789E6AA1B965F4UL >> 11) * (1.0 / (1UL << 53)), new RandomStream(0, 0).Fraction(1));
    }

    private static float[] Logits(int width, int seed, float spread)
    {
        Random random = new(seed);
        float[] logits = new float[width];
        for (int index = 0; index < width; index++)
        {
            logits[index] = (float)((random.NextDouble() + random.NextDouble() - 1) * spread);
        }

        return logits;
    }

    private static TokenRequest Request(SamplingParameters parameters, int[] prompt) =>
        new() { PromptTokens = prompt, Sampling = parameters, Seed = 42, MaxTokens = 100 };

    private static SequenceSampler Sequence(SamplingParameters parameters, int[]? prompt = null) => new(Request(parameters, prompt ?? [0]), choiceIndex: 0);
}
