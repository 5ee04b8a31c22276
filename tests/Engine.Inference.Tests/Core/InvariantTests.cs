using Engine.Tests.Inference;

namespace Engine.Inference.Tests.Core;

/// <summary>Whatever else goes on, a request gets the tokens that it gets alone.</summary>
public class InvariantTests
{
    private const int MaxTokens = 24;

    private static readonly SamplingOverrides Seeded = new() { Temperature = 1, TopP = 0.9f, Seed = 7 };

    [Fact]
    public async Task Batch_OfDifferentRequests_GivesEachWhatItGetsAlone()
    {
        int[][] prompts = [.. Enumerable.Range(0, 12).Select(index => Prompt(index, 3 + (index * 5)))];
        List<int[]> alone = [];
        foreach (int[] prompt in prompts)
        {
            alone.Add(await AloneAsync(prompt));
        }

        FakeModelRunner runner = new();
        await using LlmEngine engine = FakeEngine.Create(runner, options => options.MaxTokensPerStep = 32);
        FakeResult[] together = await Task.WhenAll(prompts.Select(prompt => FakeEngine.RunAsync(engine, Request(prompt))));

        Assert.Equal(alone, together.Select(result => result.TokenIds));
        Assert.True(runner.LargestBatch > 1);
        Assert.True(runner.LargestStep <= 32);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(33)]
    public async Task Prompt_InPieces_GivesTheTokensOfTheWhole(int tokensPerStep)
    {
        int[] prompt = Prompt(1, 100);
        FakeModelRunner runner = new();
        await using LlmEngine engine = FakeEngine.Create(runner, options => options.MaxTokensPerStep = tokensPerStep);

        FakeResult result = await FakeEngine.RunAsync(engine, Request(prompt));

        Assert.Equal(await AloneAsync(prompt), result.TokenIds);
        Assert.Equal((int)Math.Ceiling(100.0 / tokensPerStep) + MaxTokens - 1, runner.StepCount);
    }

    [Fact]
    public async Task Prompt_FoundInTheCache_GivesTheTokensOfAFreshOne()
    {
        int[] prompt = Prompt(2, 50);
        FakeModelRunner runner = new();
        await using LlmEngine engine = FakeEngine.Create(runner);
        FakeResult first = await FakeEngine.RunAsync(engine, Request(prompt));
        int computed = runner.TokenCount;

        FakeResult second = await FakeEngine.RunAsync(engine, Request(prompt));

        Assert.Equal(first.TokenIds, second.TokenIds);
        Assert.Equal(0, first.Usage.CachedTokens);
        Assert.Equal(48, second.Usage.CachedTokens);
        Assert.Equal(computed - 48, runner.TokenCount - computed);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Prompt_SeenBefore_IsComputedAgainWithoutPrefixCache(bool enabled, bool canShareBlocks)
    {
        int[] prompt = Prompt(2, 50);
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(canShareBlocks: canShareBlocks), options => options.PrefixCache = enabled);
        FakeResult first = await FakeEngine.RunAsync(engine, Request(prompt));

        FakeResult second = await FakeEngine.RunAsync(engine, Request(prompt));

        Assert.Equal(0, second.Usage.CachedTokens);
        Assert.Equal(first.TokenIds, second.TokenIds);
    }

    [Fact]
    public async Task Prompt_OfAnotherSalt_IsNotFoundInTheCache()
    {
        int[] prompt = Prompt(2, 50);
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        await FakeEngine.RunAsync(engine, Request(prompt) with { CacheSalt = "a" });

        FakeResult other = await FakeEngine.RunAsync(engine, Request(prompt) with { CacheSalt = "b" });
        FakeResult none = await FakeEngine.RunAsync(engine, Request(prompt));
        FakeResult same = await FakeEngine.RunAsync(engine, Request(prompt) with { CacheSalt = "a" });

        Assert.Equal([0, 0, 48], new[] { other, none, same }.Select(result => result.Usage.CachedTokens));
    }

    [Fact]
    public async Task Prompt_ThatBranchesOff_SharesTheCommonBlocksOnly()
    {
        int[] prompt = Prompt(2, 50);
        int[] branch = [.. prompt[..30], 1, 2, 3, .. prompt[33..]];
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        await FakeEngine.RunAsync(engine, Request(prompt));

        FakeResult result = await FakeEngine.RunAsync(engine, Request(branch));

        Assert.Equal(24, result.Usage.CachedTokens);
        Assert.Equal(await AloneAsync(branch), result.TokenIds);
    }

    [Fact]
    public async Task Sequences_ThatWerePreempted_GiveTheTokensOfUninterruptedOnes()
    {
        int[][] prompts = [.. Enumerable.Range(0, 6).Select(index => Prompt(index, 20))];
        List<int[]> alone = [];
        foreach (int[] prompt in prompts)
        {
            alone.Add(await AloneAsync(prompt, maxTokens: 60));
        }

        // Room for 160 tokens; six sequences come to 480.
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(blockCount: 20), options => options.PrefixCache = false);
        FakeResult[] together = await Task.WhenAll(prompts.Select(prompt => FakeEngine.RunAsync(engine, Request(prompt, maxTokens: 60))));

        Assert.Equal(alone, together.Select(result => result.TokenIds));
        Assert.True(engine.Core.PreemptionCount > 0);
        Assert.Equal(20, engine.Core.FreeBlockCount);
    }

    [Fact]
    public async Task Sequences_InASmallCacheWithSharing_GiveTheTokensOfUninterruptedOnes()
    {
        int[] common = Prompt(9, 32);
        int[][] prompts = [.. Enumerable.Range(0, 8).Select(index => (int[])[.. common, .. Prompt(index, 5 + index)])];
        List<int[]> alone = [];
        foreach (int[] prompt in prompts)
        {
            alone.Add(await AloneAsync(prompt, maxTokens: 50));
        }

        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(blockCount: 16), options => options.MaxTokensPerStep = 16);
        for (int round = 0; round < 3; round++)
        {
            FakeResult[] together = await Task.WhenAll(prompts.Select(prompt => FakeEngine.RunAsync(engine, Request(prompt, maxTokens: 50))));
            Assert.Equal(alone, together.Select(result => result.TokenIds));
        }

        Assert.Equal(16, engine.Core.FreeBlockCount);
    }

    [Fact]
    public async Task PromptLogprobs_OfASequencePreemptedInItsPrompt_AreThoseOfAnUninterruptedOne()
    {
        GenerationRequest scored = Request(Prompt(3, 100), maxTokens: 4) with { PromptLogprobs = 2 };
        FakeResult alone;
        await using (LlmEngine undisturbed = FakeEngine.Create(new FakeModelRunner()))
        {
            alone = await FakeEngine.RunAsync(undisturbed, scored);
        }

        // The first takes 3 of 16 blocks, the second all others, and loses them when the first needs a fourth.
        FakeModelRunner runner = new(blockCount: 16);
        using ManualResetEventSlim both = new();
        runner.BeforeExecute = _ => both.Wait(TimeSpan.FromSeconds(20));
        await using LlmEngine engine = FakeEngine.Create(runner, options => options.MaxTokensPerStep = 16);
        Task<FakeResult> first = FakeEngine.RunAsync(engine, Request(Prompt(1, 20), maxTokens: 40));
        Task<FakeResult> second = FakeEngine.RunAsync(engine, scored);
        both.Set();
        await first;
        FakeResult result = await second;

        Assert.True(engine.Core.PreemptionCount > 0);
        Assert.Equal(alone.TokenIds, result.TokenIds);
        Assert.Equal(
            alone.Updates[0].PromptTokens!.Select(token => (token.Id, token.Logprob)),
            result.Updates[0].PromptTokens!.Select(token => (token.Id, token.Logprob)));
    }

    [Fact]
    public async Task Slots_OfAWholeContextEach_GiveTheTokensOfBlocks()
    {
        int[][] prompts = [.. Enumerable.Range(0, 5).Select(index => Prompt(index, 10))];
        List<int[]> alone = [];
        foreach (int[] prompt in prompts)
        {
            alone.Add(await AloneAsync(prompt));
        }

        FakeModelRunner runner = new(contextLength: 64, blockSize: 64, blockCount: 2, canShareBlocks: false);
        await using LlmEngine engine = FakeEngine.Create(runner);
        FakeResult[] together = await Task.WhenAll(prompts.Select(prompt => FakeEngine.RunAsync(engine, Request(prompt))));

        Assert.Equal(alone, together.Select(result => result.TokenIds));
        Assert.Equal(2, runner.LargestBatch);
    }

    [Fact]
    public async Task Choices_OfOneSeededRequest_DifferAndRepeat()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        GenerationRequest request = Request(Prompt(4, 20)) with { ChoiceCount = 5 };

        FakeResult first = await FakeEngine.RunAsync(engine, request);
        FakeResult second = await FakeEngine.RunAsync(engine, request);
        FakeResult single = await FakeEngine.RunAsync(engine, request with { ChoiceCount = 1 });

        Assert.Equal(5, Enumerable.Range(0, 5).Select(choice => string.Join(',', first.TokenIdsOf(choice))).Distinct().Count());
        Assert.All(Enumerable.Range(0, 5), choice => Assert.Equal(first.TokenIdsOf(choice), second.TokenIdsOf(choice)));
        Assert.Equal(first.TokenIds, single.TokenIds);
        Assert.Equal(20, first.Usage.PromptTokens);
        Assert.Equal(Enumerable.Range(0, 5).Sum(choice => first.TokenIdsOf(choice).Length), first.Usage.CompletionTokens);
    }

    [Fact]
    public async Task Choices_OfOnePrompt_ComputeItOnce()
    {
        FakeModelRunner runner = new();
        await using LlmEngine engine = FakeEngine.Create(runner);

        await FakeEngine.RunAsync(engine, Request(Prompt(4, 40), maxTokens: 1) with { ChoiceCount = 8 });

        // The first computes all, the others find four blocks of eight and compute the rest: the last token is never taken from the cache.
        Assert.Equal(40 + (7 * 8), runner.TokenCount);
    }

    [Fact]
    public async Task Request_WithoutSeed_DiffersEachTime()
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner());
        GenerationRequest request = Request(Prompt(4, 20)) with { Sampling = Seeded with { Seed = null } };

        FakeResult first = await FakeEngine.RunAsync(engine, request);
        FakeResult second = await FakeEngine.RunAsync(engine, request);

        Assert.NotEqual(first.TokenIds, second.TokenIds);
    }

    private static int[] Prompt(int seed, int length) => [.. Enumerable.Range(0, length).Select(index => ((seed * 31) + (index * 7) + (index * index)) % 256)];

    private static GenerationRequest Request(int[] prompt, int maxTokens = MaxTokens) =>
        FakeEngine.Request(prompt, maxTokens) with { Sampling = Seeded, IgnoreEndTokens = true };

    private static async Task<int[]> AloneAsync(int[] prompt, int maxTokens = MaxTokens)
    {
        await using LlmEngine engine = FakeEngine.Create(new FakeModelRunner(), options => options.PrefixCache = false);
        return (await FakeEngine.RunAsync(engine, Request(prompt, maxTokens))).TokenIds;
    }
}
